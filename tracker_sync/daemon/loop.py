"""The daemon's loop: which source is read when, and what goes on when one of them, or the log, cannot be."""

import random
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from time import monotonic
from typing import TypeVar

from tracker_sync.bugs import place
from tracker_sync.config import Config
from tracker_sync.credentials import secrets, webhook_secret
from tracker_sync.daemon.bell import Bell
from tracker_sync.daemon.deliveries import Deliveries, Hook
from tracker_sync.daemon.health import Health
from tracker_sync.daemon.notify import Notifier
from tracker_sync.daemon.schedule import BUSY, Schedule
from tracker_sync.errors import ConfigError, ExitCode, LogBusy, LogError, TrackerSyncError
from tracker_sync.log import EventLog
from tracker_sync.log.opening import open_log
from tracker_sync.notices import Notice, Voice
from tracker_sync.passes import Pass, last_pass, make_pass
from tracker_sync.runs import keep_what_reports_read, tell
from tracker_sync.status import standings

T = TypeVar("T")
FEW = 20
"""Announced items of a source that are pulled one by one; a page of a list has a hundred for less."""
STEP = 60.0
"""Seconds that the loop sleeps at most, to say that it lives."""
SECOND = 1_000_000


class Daemon:
    """Reads the sources in turn, until it is told to end. It holds the log only while it reads."""

    def __init__(
        self,
        load: Callable[[], Config],
        voice: Voice,
        environ: Mapping[str, str],
        *,
        clock: Callable[[], int],
        stop: Callable[[], bool],
        bell: Bell,
        interval: int | None = None,
        vary: Callable[[], float] = random.random,
    ) -> None:
        """`load` reads the configuration; `clock` is in microseconds UTC. Raises ConfigError."""
        self._load, self._voice, self._environ = load, voice, environ
        self._clock, self._stop, self._bell, self._interval = clock, stop, bell, interval
        self.notifier = Notifier(environ)
        self.health = Health(monotonic)
        self.deliveries = Deliveries(self.health, bell.ring)
        self._schedule = Schedule(1, vary)
        self._reload = False
        self._mail_from = 0.0
        """When the log may be tried again for what was announced, after it could not be had."""
        self._complaints: dict[str, str] = {}
        self._take(load())

    def hangup(self) -> None:
        """For SIGHUP: the configuration is read again after the source at hand."""
        self._reload = True
        self._bell.ring()

    def run(self) -> None:
        """Go on until it is told to end."""
        self._look()
        self.notifier.ready(self._summary())
        self.notifier.keep_alive(self.health.is_alive)
        while not self._stop():
            self.health.beat()
            if self._reload:
                self._read_again()
            elif (due := self._schedule.due(monotonic())) or self._mail_in() <= 0:
                self._work(due)
                self.notifier.status(self._summary())
            else:
                next_due = self._schedule.next()
                self._bell.wait(min(STEP, self._mail_in(), (next_due or monotonic() + STEP) - monotonic()))
        self.health.stopping = True
        self.notifier.stopping()

    def _mail_in(self) -> float:
        """Seconds until what was announced is to be pulled; more than enough where nothing was."""
        return self._mail_from - monotonic() if self.deliveries.waiting() else STEP

    # --- The configuration

    def _take(self, config: Config) -> None:
        signed = [(s, webhook_secret(s, self._environ)) for s in config.sources]
        self.deliveries.have({s.name: Hook(s, secret) for s, secret in signed if secret})
        self.config = config
        self._voice.hide(secrets(config, self._environ))
        self._schedule.interval = self._interval or config.daemon.interval
        self._schedule.of([s.name for s in config.sources], monotonic())

    def _read_again(self) -> None:
        self._reload = False
        self.notifier.reloading()
        listened = self.config.daemon.listen
        try:
            self._take(self._load())
        except ConfigError as e:
            text = f"the configuration is kept as it was: {e}"
            self._voice.say(Notice("reload failed", text, "error", figures={"code": e.exit_code}))
        else:
            if self.config.daemon.listen != listened:
                text = "[daemon] listen counts from the next start on"
                self._voice.say(Notice("note", text, "warning"))
            text = f"the configuration was read again; sources: {len(self.config.sources)}"
            self._voice.say(Notice("reloaded", text))
        self.notifier.ready(self._summary())

    # --- Work

    def _work(self, due: Sequence[str]) -> None:
        """Read the sources that are due, with the log held meanwhile."""
        try:
            with closing(open_log(self.config, write=True)) as log:
                self._try("inputs", lambda: self._record(log))
                for name in due:
                    if self._stop() or self._reload:
                        break
                    self._pass(log, name)
                self._announced(log)
                if not self._stop():
                    self._try("reports", lambda: keep_what_reports_read(self.config, log, self._voice))
                    self.health.standings = standings(self.config, log)
                self._complaints.pop("log", None)
        except LogBusy:
            self._mail_from = monotonic() + BUSY
            for name in due:
                self._schedule.was_busy(name, monotonic())
        except TrackerSyncError as e:
            self._mail_from = monotonic() + BUSY
            self._complain("log", Notice("log failed", str(e), "error", figures={"code": e.exit_code}))
            for name in due:
                self._failed(name, e.exit_code)

    def _record(self, log: EventLog) -> None:
        from tracker_sync.inputs import record

        with suppress(LogBusy):  # another worker does
            record(self.config, log, now=self._clock())

    def _pass(self, log: EventLog, name: str) -> None:
        self.health.beat()
        done = self._try(name, lambda: self._pulled(log, name))
        if done is None:
            self._failed(name, ExitCode.BUG)
            return
        if self._voice.form == "json" or done.code or done.synced.new or done.synced.notes:
            tell(self._voice, done)
        self.health.events[name] += done.synced.new
        if done.code == ExitCode.BUSY:
            self._schedule.was_busy(name, monotonic())
        elif done.said:
            self._failed(name, done.code, done.retry_after)
        elif not self._stop():
            self.health.passes[name, str(done.code)] += 1
            self._schedule.succeeded(name, monotonic())
            self.health.failures[name] = 0

    def _announced(self, log: EventLog) -> None:
        """Pull the items that webhooks announced; where they are many, the source is read the next time."""
        for name, mail in self.deliveries.take().items():
            if mail.whole or len(mail.items) > FEW:
                self._schedule.hurry(name, monotonic())
                continue
            for item in mail.items:
                # What fails is left to the next pass; what is not done any more, too.
                if self._stop() or self._schedule.turn(name).failures or not self._item(log, name, item):
                    break

    def _item(self, log: EventLog, name: str, item: str) -> bool:
        """Pull one item, if it is one of those that the source is about; whether to go on with the next."""
        self.health.beat()
        done = self._try(
            f"{name}, item {item}",
            lambda: make_pass(
                self.config,
                log,
                name,
                self._environ,
                clock=self._clock,
                item=item,
                within=True,
                stop=self._stop,
            ),
        )
        if done is None:
            return False
        self.health.items[name, str(done.code)] += 1
        self.health.events[name] += done.synced.new
        if not done.said:
            tell(self._voice, done)
            return True
        # One that is gone, or may not be seen, is nothing unusual: it may have been announced for that.
        self._voice.say(Notice("item not pulled", done.said, "info", name, {"code": done.code}))
        return done.code == ExitCode.NOT_ALLOWED

    def _pulled(self, log: EventLog, name: str) -> Pass:
        return make_pass(
            self.config, log, name, self._environ, clock=self._clock, full=self._is_full(log, name),
            show=lambda _: self.health.beat(), stop=self._stop,
        )  # fmt: skip

    def _is_full(self, log: EventLog, name: str) -> bool:
        """Whether it is time to look for deletions, too. After a failure only what is new is read."""
        every, last = self.config.daemon.full_every, last_pass(log, name)
        if not every or self._schedule.turn(name).failures:
            return False
        return last is None or last.full is None or self._clock() - last.full >= every * SECOND

    def _failed(self, name: str, code: int, retry_after: float | None = None) -> None:
        self.health.passes[name, str(code)] += 1
        self._schedule.failed(name, monotonic(), retry_after)
        self.health.failures[name] = self._schedule.turn(name).failures

    def _try(self, what: str, do: Callable[[], T]) -> T | None:
        """What it gives; None where it fails, which is said: then the next source has its turn, and this one
        another. Only what the log has against being written is raised."""
        try:
            found = do()
        except LogError:
            raise
        except TrackerSyncError as e:
            self._complain(what, Notice("failed", str(e), "error", figures={"code": e.exit_code}))
        except Exception as e:  # noqa: BLE001  the one place: a bug in one source is not to stop the others
            text = f"{what}: a bug of ours, please report it: {place(e)}"
            self._complain(what, Notice("bug", text, "error", figures={"code": ExitCode.BUG}))
        else:
            self._complaints.pop(what, None)
            return found
        return None

    def _complain(self, what: str, notice: Notice) -> None:
        """Say it, unless it is what was said of it last."""
        if self._complaints.get(what) != notice.text:
            self._complaints[what] = notice.text
            self._voice.say(notice)

    # --- How it is

    def _look(self) -> None:
        """What an earlier run left in the log."""
        with suppress(TrackerSyncError), closing(open_log(self.config)) as log:
            self.health.standings = standings(self.config, log)

    def _summary(self) -> str:
        """For `systemctl status`."""
        failing = sorted(n for n, failures in self.health.failures.items() if failures)
        if failing:
            return f"{len(self.config.sources)} sources; failing: {', '.join(failing)}"
        return f"{len(self.config.sources)} sources, none failing"
