"""Go templates, as `--format` takes them: the part of Go's text/template that podman's documentation uses."""

from core.cli.template.evaluation import Template
from core.cli.template.values import Record, recorded

__all__ = ["Record", "Template", "recorded"]
