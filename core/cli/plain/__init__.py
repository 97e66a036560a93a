"""The plain mode: the same engine as lines that are only ever appended, with numbers to choose.

For screen readers, serial lines and terminals that can't move a cursor. Each action is a command of `wharf`, which is
shown before it is carried out.
"""
