"""What happened to a container, and the bounded bus that carries it to whoever listens in this process."""

import enum
import threading
from collections import deque
from types import TracebackType
from typing import Final, Self

import msgspec

QUEUE_LIMIT: Final = 1024


class EventKind(enum.StrEnum):
    """What happened. Past tense where podman's is, its words where it has one."""

    CREATE = "create"
    COMMIT = "commit"
    INIT = "init"
    START = "start"
    STOPPING = "stopping"
    KILL = "kill"
    DIED = "died"
    PAUSE = "pause"
    UNPAUSE = "unpause"
    ATTACH = "attach"
    EXEC = "exec"
    MOUNT = "mount"
    UNMOUNT = "unmount"
    EXPORT = "export"
    COPY = "copy"
    UPDATE = "update"
    CHECKPOINT = "checkpoint"
    RESTORE = "restore"
    HEALTH_STATUS = "health_status"
    RENAME = "rename"
    CLEANUP = "cleanup"
    REMOVE = "remove"
    REFRESH = "refresh"
    IMAGE = "image"
    FOREIGN = "foreign"
    """A container of another engine changed; not in the journal, and of no container of ours."""
    POD = "pod"
    VOLUME = "volume"
    SECRET = "secret"
    NETWORK = "network"
    OVERFLOW = "overflow"
    """The listener was too slow and events were lost: it should read the whole list anew."""


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """`sequence` grows by one with every event of the database, 0 where it was not recorded. `time`: Unix seconds."""

    kind: EventKind
    time: float
    container_id: str = ""
    name: str = ""
    attributes: dict[str, str] = {}
    sequence: int = 0
    process: int = 0
    """The PID of the process that acted."""
    user: str = ""
    """Who ran it: the name of the login, also behind sudo."""
    command: str = ""
    """Its command line, as one would type it."""


class Subscription:
    """One listener. `get` waits; `close` ends it. Usable as a context manager."""

    def __init__(self, bus: "EventBus") -> None:
        self._bus = bus
        self._events: deque[Event] = deque()
        self._overflowed = False
        self._closed = False
        self._condition = threading.Condition()

    def get(self, timeout: float | None = None) -> Event | None:
        """The next event, or None after `timeout` seconds or once closed."""
        with self._condition:
            self._condition.wait_for(lambda: self._events or self._overflowed or self._closed, timeout)
            if self._overflowed:
                self._overflowed = False
                self._events.clear()
                return Event(kind=EventKind.OVERFLOW, time=0.0)
            if not self._events:
                return None
            return self._events.popleft()

    def drain(self, timeout: float | None = None) -> list[Event]:
        """All events that are there, at least one unless `timeout` (seconds) passed or it was closed."""
        first = self.get(timeout)
        if first is None:
            return []
        batch = [first]
        while (event := self.get(0)) is not None:
            batch.append(event)
        return batch

    @property
    def closed(self) -> bool:
        return self._closed

    def close(self) -> None:
        """Stop listening; a waiting `get` returns None."""
        self._bus.drop(self)
        with self._condition:
            self._closed = True
            self._condition.notify_all()

    def offer(self, event: Event) -> None:
        """Queue an event; past `QUEUE_LIMIT` the queue is thrown away and marked as overflowed."""
        with self._condition:
            if self._closed:
                return
            if len(self._events) >= QUEUE_LIMIT:
                self._overflowed = True
                self._events.clear()
            else:
                self._events.append(event)
            self._condition.notify_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class EventBus:
    """Hands every event to every listener of this process. Never waits."""

    def __init__(self) -> None:
        self._subscriptions: list[Subscription] = []
        self._lock = threading.Lock()

    def subscribe(self) -> Subscription:
        subscription = Subscription(self)
        with self._lock:
            self._subscriptions.append(subscription)
        return subscription

    def drop(self, subscription: Subscription) -> None:
        with self._lock:
            if subscription in self._subscriptions:
                self._subscriptions.remove(subscription)

    def publish(self, event: Event) -> None:
        with self._lock:
            listeners = list(self._subscriptions)
        for listener in listeners:
            listener.offer(event)

    def close(self) -> None:
        with self._lock:
            listeners = list(self._subscriptions)
        for listener in listeners:
            listener.close()
