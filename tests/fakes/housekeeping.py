"""The housekeeping and the secrets of an engine in memory."""

from __future__ import annotations

from collections.abc import Callable

from core.errors import EngineError
from core.model.image import Image
from core.model.secret import Secret
from core.model.usage import ImageUsage, PrunePlan


class FakeHousekeeping:
    """One image and one network that nothing uses. `calls`: those of the engine."""

    def __init__(self, calls: list[tuple[object, ...]]) -> None:
        self._calls = calls
        self.image = Image(id="9" * 64, names=(), size=7 << 20, created_at=1e9)

    def plan(self, **fits: Callable[[object], bool] | None) -> PrunePlan:
        """Only kinds that are asked for."""
        usage = ImageUsage(image=self.image, shared=0, unique=7 << 20, containers=0)
        return PrunePlan(
            images=(usage,) if fits.get("images") else (), networks=("inner",) if fits.get("networks") else ()
        )

    def prune(self, plan: PrunePlan, failed: Callable[[EngineError], None]) -> PrunePlan:
        self._calls.append(("prune", plan))
        return plan


class FakeSecrets:
    """`calls`: those of the engine. `told`: called after each change."""

    def __init__(self, calls: list[tuple[object, ...]], told: Callable[[], None]) -> None:
        self._calls = calls
        self._told = told

    def all(self) -> list[Secret]:
        return [Secret(id="5" * 25, name="token", created_at=1e9, updated_at=1e9)]

    def find(self, secret_id: str) -> Secret:
        return next(secret for secret in self.all() if secret.id == secret_id)

    def data(self, secret_id: str) -> bytes:
        self._calls.append(("secret data", secret_id))
        return b"s3cr\x1b[2Jet"

    def create(self, name: str, data: bytes, *, replace: bool = False) -> None:
        self._calls.append(("create secret", name, data, replace))
        self._told()

    def remove(self, secret_id: str) -> None:
        self._calls.append(("remove secret", secret_id))
        self._told()
