"""Courses that did not come with fwtutor: added, updated, trusted, and kept apart."""
