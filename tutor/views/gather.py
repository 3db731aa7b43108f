"""The views of one run put together: in the order first shown, the last of each name."""

from __future__ import annotations

from tutor.views.model import Curve, View, grown


def gather(views: dict[str, View], view: View, *, more: bool = False) -> None:
    """Put ``view`` among ``views``, by name.

    Args:
        views: What came before; changed in place. A name keeps the place it first had.
        view: What came now.
        more: Whether it is a curve's next points, which go after those that came before.
    """
    earlier = views.get(view.name)
    if more and isinstance(view, Curve) and isinstance(earlier, Curve):
        view = grown(earlier, view)
    views[view.name] = view
