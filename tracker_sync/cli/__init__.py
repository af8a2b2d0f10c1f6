"""The `tracker-sync` command: its groups, and how an error becomes a message and an exit code."""

import atexit
import errno
import gc
import os
import sys
from pathlib import Path

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
from tracker_sync.errors import ExitCode, TrackerSyncError


class _Cli(click.Group):
    def invoke(self, context: click.Context) -> object:
        try:
            result: object = super().invoke(context)
            sys.stdout.flush()
        except BrokenPipeError:
            _drop_output()
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


FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO}


def main() -> None:
    """Run the command line. Exit codes: docs/exit-codes.md."""
    atexit.register(gc.freeze)  # or Python looks through all that there is for garbage before it ends
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed: else the next file that is opened would be taken for it
            setattr(sys, name, Path(os.devnull).open("w"))  # noqa: SIM115  until the end
    sys.exit(_run())


def _run() -> int:
    try:
        code = cli.main(standalone_mode=False)
    except click.exceptions.Exit as e:
        code = e.exit_code
    except click.ClickException as e:
        e.show()
        code = ExitCode.WRONG
    except (click.Abort, KeyboardInterrupt):
        click.echo("tracker-sync: interrupted", err=True)
        code = ExitCode.INTERRUPTED
    except TrackerSyncError as e:
        from tracker_sync.plain import printable

        # Its lines are ours, and what they quote may be anybody's.
        click.echo("\n".join(map(printable, f"tracker-sync: {e}".split("\n"))), err=True)
        code = e.exit_code
    except Exception as e:  # noqa: BLE001  what nobody foresaw is said in words, too
        code = _unforeseen(e)
    return code if isinstance(code, int) else ExitCode.DONE


def _unforeseen(error: Exception) -> int:
    if isinstance(error, OSError) and error.errno in FULL and error.filename is None:
        _drop_output()
        why = f"cannot write the output: {error.strerror}; write it to a place that has room"
        click.echo(f"tracker-sync: {why}", err=True)
        return ExitCode.WRONG
    from tracker_sync.bugs import told

    click.echo(f"tracker-sync: {told(error, os.environ)}", err=True)
    return ExitCode.BUG


def _drop_output() -> None:
    """What Python flushes at exit has nowhere to go: the reader of the pipe has gone, or the disk is full."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
