"""Names for containers that were given none."""

from __future__ import annotations

import secrets
from typing import Final

_QUALITIES: Final = ["able", "amber", "ample", "blue", "bold", "brisk", "calm", "clear", "coastal", "copper", "deep", "dusky", "eager", "early", "fair", "fleet", "gentle", "golden", "grand", "grey", "hardy", "hidden", "honest", "jolly", "keen", "laden", "lively", "loyal", "lucky", "merry", "mild", "misty", "narrow", "nimble", "northern", "patient", "plain", "proud", "quick", "quiet", "ready", "rusty", "salty", "silent", "silver", "smart", "steady", "stout", "sunny", "swift", "tidal", "trim", "upright", "vivid", "warm", "weathered", "wide", "windward"]
_THINGS: Final = ["anchor", "barge", "beacon", "bollard", "bow", "breeze", "brig", "buoy", "cable", "capstan", "cargo", "channel", "clipper", "coaster", "cove", "crane", "current", "cutter", "davit", "deck", "derrick", "dock", "dory", "drifter", "ferry", "fjord", "galley", "gangway", "gull", "hatch", "haven", "hawser", "helm", "hoist", "hold", "hull", "jetty", "keel", "ketch", "lagoon", "lantern", "lighter", "lock", "lugger", "mast", "mooring", "oar", "packet", "pier", "pilot", "port", "quay", "reef", "rigging", "rudder", "sail", "schooner", "shoal", "skiff", "sloop", "spar", "tender", "tide", "tiller", "trawler", "tug", "wharf", "winch", "yawl"]


def random_name() -> str:
    """A name of two words; about four thousand exist."""
    return f"{secrets.choice(_QUALITIES)}_{secrets.choice(_THINGS)}"
