"""Every command there is, with those that are loaded only when they are called."""

from __future__ import annotations

from collections.abc import Iterator

import click

from dosewright.cli import cli


def commands(command: click.Command = cli, name: str = "") -> Iterator[tuple[str, click.Command]]:
    """Every command with its full name, 'course plan'."""
    if not isinstance(command, click.Group):
        yield name, command
        return
    context = click.Context(command)
    for key in command.list_commands(context):
        found = command.get_command(context, key)
        assert found is not None
        yield from commands(found, f"{name} {key}".strip())
