"""Says of every item which intent it serves, who asked for it and where the demand came from, and why."""

from tracker_sync.tagging.judgement import Judgement
from tracker_sync.tagging.own import Own, tag
from tracker_sync.tagging.tags import Tag, Tags
from tracker_sync.tagging.words import ORIGINS

__all__ = ["ORIGINS", "Judgement", "Own", "Tag", "Tags", "tag"]
