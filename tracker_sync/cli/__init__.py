"""The `tracker-sync` command: its groups, and how an error becomes a message and an exit code."""

import atexit
import gc
import os
import sys

import click

from tracker_sync import __version__
from tracker_sync.cli import (
    check,
    daemon,
    demo,
    dismiss,
    doctor,
    init,
    items,
    log,
    report,
    rules,
    status,
    strategy,
    suggest,
    sync,
    tag,
)
from tracker_sync.errors import TrackerSyncError


class _Cli(click.Group):
    def invoke(self, context: click.Context) -> object:
        try:
            result: object = super().invoke(context)
            sys.stdout.flush()
        except BrokenPipeError:
            # The reader of the pipe has gone: what Python flushes at exit has nowhere to go either.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 0
        return result


@click.group(cls=_Cli, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="tracker-sync")
@click.option("--config", metavar="FILE", help="tracker-sync.toml; else it is looked for upwards.")
@click.pass_context
def cli(context: click.Context, config: str | None) -> None:
    """Are we building our strategy, or whatever the last big customer asked for?

    \b
    tracker-sync demo              see it on a made-up company, without any account
    tracker-sync init --github acme/web
    tracker-sync sync && tracker-sync report
    """
    context.obj = config


for command in (
    init.init, doctor.doctor, sync.sync, daemon.daemon, status.status, items.items, items.show, tag.tag,
    suggest.suggest, report.report, dismiss.dismiss, check.check, strategy.strategy, rules.rules, log.log,
    demo.demo,
):  # fmt: skip
    cli.add_command(command)


def main() -> None:
    """Run the command line. Exit codes: docs/exit-codes.md."""
    atexit.register(gc.freeze)  # or Python looks through all that there is for garbage before it ends
    try:
        code = cli.main(standalone_mode=False)
    except click.exceptions.Exit as e:
        code = e.exit_code
    except click.ClickException as e:
        e.show()
        code = 2
    except (click.Abort, KeyboardInterrupt):
        code = 130
    except TrackerSyncError as e:
        from tracker_sync.plain import printable

        # Its lines are ours, and what they quote may be anybody's.
        click.echo("\n".join(map(printable, f"tracker-sync: {e}".split("\n"))), err=True)
        code = e.exit_code
    sys.exit(code if isinstance(code, int) else 0)
