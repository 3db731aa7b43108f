"""What is shipped to the interpreter that has the framework: standard library and that framework.

Nothing here may import the rest of fwtutor. On the far side the package is called
``fwtutor_worker`` and lives in memory only; ``loader.py`` says how it gets there.
Kept to the syntax of Python 3.9, since the interpreter is not ours to choose.
"""
