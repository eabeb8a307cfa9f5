import os
from collections.abc import Callable
from pathlib import Path

import pytest

from opsin.core.errors import ImageError
from opsin.media.folders import folder_items, is_pattern, matching_files
from opsin.media.limits import DEFAULT_LIMITS


@pytest.fixture
def folder(tmp_path: Path, encoded: Callable[..., bytes]) -> Path:
    """b.jpg, a/c.png, a/deep/d.webp; and what is to be passed over."""
    (tmp_path / "a" / "deep").mkdir(parents=True)
    (tmp_path / ".hidden").mkdir()
    for name in ("b.jpg", "a/c.png", "a/deep/d.webp", ".b.jpg", ".hidden/e.jpg"):
        (tmp_path / name).write_bytes(encoded("PNG"))
    (tmp_path / "notes.txt").write_text("hello")
    (tmp_path / "film.avi").write_bytes(b"RIFF1234AVI LIST")
    return tmp_path


def found(folder: Path, is_recursive: bool = True) -> list[str]:
    items = folder_items(folder, limits=DEFAULT_LIMITS, is_recursive=is_recursive)
    return [Path(item.source).relative_to(folder).as_posix() for item in items]


def test_pictures_come_sorted_from_all_depths_and_the_rest_is_passed_over(folder: Path) -> None:
    assert found(folder) == ["a/c.png", "a/deep/d.webp", "b.jpg"]


def test_only_the_folder_itself_is_looked_into_when_asked(folder: Path) -> None:
    assert found(folder, is_recursive=False) == ["b.jpg"]


def test_a_picture_without_a_picture_s_name_is_found(folder: Path, encoded: Callable[..., bytes]) -> None:
    (folder / "scan0001").write_bytes(encoded("TIFF"))
    assert found(folder) == ["a/c.png", "a/deep/d.webp", "b.jpg", "scan0001"]


def test_a_link_that_leads_back_does_not_go_round_for_ever(folder: Path) -> None:
    (folder / "a" / "back").symlink_to(folder, target_is_directory=True)
    (folder / "self").symlink_to(folder / "self")
    assert found(folder) == ["a/c.png", "a/deep/d.webp", "b.jpg"]


def test_a_linked_folder_is_looked_into(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "link").symlink_to(folder / "a", target_is_directory=True)
    assert found(elsewhere) == ["link/c.png", "link/deep/d.webp"]


def test_a_link_to_nothing_that_is_named_like_a_picture_is_said_to_be_missing(tmp_path: Path) -> None:
    (tmp_path / "gone.jpg").symlink_to(tmp_path / "nowhere")
    (item,) = folder_items(tmp_path, limits=DEFAULT_LIMITS, is_recursive=True)
    with pytest.raises(ImageError, match=r"^There is no file .+gone\.jpg\."):
        item.read()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_refused_rather_than_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    os.mkfifo(tmp_path / "pipe")
    (item,) = folder_items(tmp_path, limits=DEFAULT_LIMITS, is_recursive=True)
    with pytest.raises(ImageError, match=r"pipe\.jpg is not a file\."):
        item.read()


def test_a_folder_that_cannot_be_listed_does_not_stop_the_others(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    listdir = os.listdir

    def locked(path: Path) -> list[str]:
        if path.name == "deep":
            raise PermissionError(13, "Permission denied")
        return listdir(path)

    monkeypatch.setattr(os, "listdir", locked)
    items = list(folder_items(folder, limits=DEFAULT_LIMITS, is_recursive=True))
    assert [Path(item.source).name for item in items] == ["c.png", "deep", "b.jpg"]
    with pytest.raises(ImageError, match=r"deep cannot be listed: Permission denied\.$"):
        items[1].read()


def test_a_file_that_cannot_be_opened_does_not_stop_the_others(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def locked(path: Path, mode: str) -> object:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", locked)
    items = list(folder_items(folder, limits=DEFAULT_LIMITS, is_recursive=False))
    assert [Path(item.source).name for item in items] == ["b.jpg", "film.avi", "notes.txt"]
    with pytest.raises(ImageError, match=r"notes\.txt cannot be opened: Permission denied\.$"):
        items[2].read()


def test_a_pattern_gives_pictures_videos_and_archives_sorted(folder: Path) -> None:
    (folder / "all.zip").write_bytes(b"PK\5\6")
    assert [path.name for path in matching_files(f"{folder}/*")] == ["all.zip", "b.jpg", "film.avi"]
    assert [path.name for path in matching_files(f"{folder}/**/*.[jp][pn]g")] == ["c.png", "b.jpg"]


def test_a_file_with_brackets_in_its_name_is_no_pattern(tmp_path: Path) -> None:
    (tmp_path / "cat[1].jpg").touch()
    assert not is_pattern(str(tmp_path / "cat[1].jpg"))
    assert is_pattern(str(tmp_path / "cat[2].jpg"))
    assert is_pattern("*" * 5000)
