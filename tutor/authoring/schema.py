"""`author schema`: the JSON Schema of lessons and courses, and how editors use it."""

from __future__ import annotations

import json

from tutor.course.schema import course_schema, lesson_schema

EDITORS = """\
Lessons are completed and checked as you type by yaml-language-server, in any editor that runs it.

1. Keep the schemas in the course folder (`fwtutor author new course` has done so):

     mkdir -p .schema
     fwtutor author schema --lesson > .schema/lesson.json
     fwtutor author schema --course > .schema/course.json

   Write them again after fwtutor was updated.

2. Say in a file which schema it has. In a lesson, as its first line:

     # yaml-language-server: $schema=../.schema/lesson.json

   In course.yaml:

     # yaml-language-server: $schema=.schema/course.json

   Or say it once for the whole folder, in the editor's settings, below.

VS Code: install the extension "YAML" (redhat.vscode-yaml). In .vscode/settings.json:

     {
       "yaml.schemas": {
         ".schema/course.json": "course.yaml",
         ".schema/lesson.json": "*/[0-9]*.yaml"
       }
     }

Neovim 0.11 or later: `npm install -g yaml-language-server`. In init.lua:

     vim.lsp.config('yamlls', {
       cmd = { 'yaml-language-server', '--stdio' },
       filetypes = { 'yaml' },
       root_markers = { 'course.yaml', '.git' },
       settings = { yaml = { schemas = {
         ['.schema/course.json'] = 'course.yaml',
         ['.schema/lesson.json'] = '*/[0-9]*.yaml',
       } } },
     })
     vim.lsp.enable('yamlls')

Helix: `npm install -g yaml-language-server`; Helix runs it for YAML by itself. In
.helix/languages.toml of the course folder:

     [language-server.yaml-language-server.config.yaml.schemas]
     ".schema/course.json" = "course.yaml"
     ".schema/lesson.json" = "*/[0-9]*.yaml"

What a schema cannot say (ids, prerequisites, code, hints) `fwtutor author lint` does.
"""


def schema_command(*, course: bool, editors: bool) -> int:
    """Print what was asked for, and return the status."""
    if editors:
        print(EDITORS, end="")
    else:
        print(json.dumps(course_schema() if course else lesson_schema(), indent=2))
    return 0
