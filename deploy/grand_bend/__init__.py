"""A Texas district as it is published: import its roster, replay its marks, and ask credit for its ADA by six-weeks."""

from deploy.grand_bend.folder import Folder
from deploy.grand_bend.replay import replay

__all__ = ["Folder", "replay"]
