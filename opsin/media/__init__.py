"""MEDIA: the one door for pictures: files, folders, archives, video, cameras, and the guards against bad ones."""
