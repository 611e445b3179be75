import os
import pickle
import struct
import zlib

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.datasets.trees import picture
from wshash import InputError, TaggedImages
from wshash.datasets.files import ImageFiles, UnreadableImage, file_size, read_image, readable

RNG = np.random.default_rng(0)
RGB = RNG.integers(0, 256, (5, 7, 3), dtype=np.uint8)


def save(path, image, **options):
    image.save(path, **options)
    return path


def test_rgb_is_read_as_it_is(tmp_path):
    image = read_image(save(tmp_path / "a.png", Image.fromarray(RGB)))
    assert image.dtype == np.uint8 and image.flags.writeable
    np.testing.assert_array_equal(image, RGB)


@pytest.mark.parametrize("mode", ["L", "1", "P"])
def test_other_modes_are_what_pillow_converts_them_to(tmp_path, mode):
    image = Image.fromarray(RGB).convert(mode)
    read = read_image(save(tmp_path / "a.png", image))
    np.testing.assert_array_equal(read, np.asarray(image.convert("RGB")))


def test_cmyk(tmp_path):
    inks = np.zeros((8, 8, 4), dtype=np.uint8)
    inks[..., 0] = 255  # cyan alone: no red
    read = read_image(save(tmp_path / "a.jpg", Image.fromarray(inks, "CMYK"), quality=100))
    assert read.shape == (8, 8, 3)
    assert abs(read.astype(int) - [0, 255, 255]).max() <= 3


@pytest.mark.parametrize("ending", ["png", "tif"])
def test_16_bit_grey_keeps_its_high_byte(tmp_path, ending):
    values = RNG.integers(0, 2**16, (5, 7), dtype=np.uint16)
    read = read_image(save(tmp_path / f"a.{ending}", Image.fromarray(values)))
    np.testing.assert_array_equal(read, np.repeat((values >> 8)[..., None], 3, axis=2))


@pytest.mark.parametrize("bits", [8, 10, 12, 14, 16])
def test_integers_of_any_depth_keep_their_highest_8_bits(tmp_path, bits):
    """As cameras and microscopes store them: 12 bits, say, in 16."""
    values = np.linspace(0, 2**bits - 1, 256).astype(np.uint16).reshape(16, 16)
    for ending in ("png", "tif"):
        read = read_image(save(tmp_path / f"a.{ending}", Image.fromarray(values)))
        np.testing.assert_array_equal(read[..., 0], (values / 2 ** (bits - 8)).astype(int))
        assert read.max() == 255 and read.min() == 0


def packed_tiff(path, values, bits):
    """An uncompressed greyscale TIFF with ``bits`` bits a pixel side by side; Pillow writes none."""
    height, width = values.shape
    rows = ["".join(f"{v:0{bits}b}" for v in row) for row in values]
    data = b"".join(int(row.ljust(-(-len(row) // 8) * 8, "0"), 2).to_bytes(-(-len(row) // 8), "big") for row in rows)
    tags = {256: width, 257: height, 258: bits, 259: 1, 262: 1, 273: 8, 277: 1, 278: height, 279: len(data)}
    directory = struct.pack("<H", len(tags))
    for tag, value in tags.items():
        directory += struct.pack("<HHII", tag, 4, 1, value)
    path.write_bytes(b"II*\0" + struct.pack("<I", 8 + len(data)) + data + directory + bytes(4))
    return path


def test_a_tiff_of_12_bits_is_not_black(tmp_path):
    values = np.linspace(0, 4095, 64).astype(int).reshape(8, 8)
    read = read_image(packed_tiff(tmp_path / "a.tif", values, 12))
    np.testing.assert_array_equal(read[..., 0], values >> 4)
    # dark, and said to be of 12 bits: it stays dark
    read = read_image(packed_tiff(tmp_path / "b.tif", values >> 3, 12))
    np.testing.assert_array_equal(read[..., 0], values >> 7)


def test_infinity_and_nan_take_no_part_in_the_range(tmp_path):
    values = np.array([[-1.0, 0.0, 1.0, np.inf, -np.inf, np.nan]], dtype=np.float32)
    read = read_image(save(tmp_path / "a.tif", Image.fromarray(values)))
    np.testing.assert_array_equal(read[0, :, 0], [0, 128, 255, 255, 0, 0])
    for value in (np.inf, np.nan, -np.inf):
        read = read_image(save(tmp_path / "b.tif", Image.fromarray(np.full((2, 2), value, np.float32))))
        assert (read == 0).all()


def test_large_and_negative_integers_are_stretched(tmp_path):
    values = np.array([[-100, 0, 150]], dtype=np.int32)
    for factor in (1, 10**6):
        read = read_image(save(tmp_path / "a.tif", Image.fromarray(values * factor)))
        np.testing.assert_array_equal(read[0, :, 0], [0, 102, 255])


def test_floats_are_stretched_to_their_range(tmp_path):
    values = np.array([[-1.0, 0.0, 1.0]], dtype=np.float32)
    read = read_image(save(tmp_path / "a.tif", Image.fromarray(values)))
    np.testing.assert_array_equal(read[0, :, 0], [0, 128, 255])
    flat = read_image(save(tmp_path / "b.tif", Image.fromarray(np.full((2, 2), 7.0, np.float32))))
    assert (flat == 0).all()


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_transparency_is_laid_on_white(tmp_path, mode):
    image = Image.new("RGBA", (3, 1), (0, 0, 0, 0))
    image.putpixel((1, 0), (0, 0, 0, 255))
    image.putpixel((2, 0), (0, 0, 0, 51))  # a fifth black
    read = read_image(save(tmp_path / "a.png", image.convert(mode)))
    np.testing.assert_array_equal(read[0, :, 0], [255, 0, 204])


def test_transparent_palette(tmp_path):
    image = Image.fromarray(np.array([[0, 1]], dtype=np.uint8), "P")
    image.putpalette([10, 20, 30, 40, 50, 60])
    read = read_image(save(tmp_path / "a.gif", image, transparency=0))
    np.testing.assert_array_equal(read, [[[255, 255, 255], [40, 50, 60]]])


@pytest.mark.parametrize("ending", ["gif", "webp", "png"])
def test_of_an_animation_the_first_frame(tmp_path, ending):
    frames = [Image.new("RGB", (4, 4), colour) for colour in ("red", "blue")]
    options = {"lossless": True} if ending == "webp" else {}
    path = save(tmp_path / f"a.{ending}", frames[0], save_all=True, append_images=frames[1:], **options)
    np.testing.assert_array_equal(read_image(path)[0, 0], [255, 0, 0])


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation(tmp_path, orientation):
    # Where each orientation puts the stored picture: its definition in the EXIF standard, by NumPy.
    upright = {
        1: lambda x: x,
        2: lambda x: x[:, ::-1],
        3: lambda x: x[::-1, ::-1],
        4: lambda x: x[::-1],
        5: lambda x: x.transpose(1, 0, 2),
        6: lambda x: np.rot90(x, -1),
        7: lambda x: x[::-1, ::-1].transpose(1, 0, 2),
        8: lambda x: np.rot90(x, 1),
    }[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = save(tmp_path / "a.png", Image.fromarray(RGB), exif=exif)
    np.testing.assert_array_equal(read_image(path), upright(RGB))


def test_garbled_exif_leaves_the_picture(tmp_path):
    path = save(tmp_path / "a.jpg", Image.fromarray(RGB), exif=b"Exif\0\0II*\0\xff\xff\xff\xff garbage")
    assert read_image(path).shape == RGB.shape


def bomb(path, side=20_000):
    """A PNG of 500 bytes that declares 400 megapixels."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    body = chunk(b"IDAT", zlib.compress(bytes(1000)))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + body + chunk(b"IEND", b""))
    return path


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_decompression_bombs_are_not_decoded(tmp_path):
    for side in (9_500, 20_000):  # above our limit, and above Pillow's own
        with pytest.raises(UnreadableImage, match="pixels"):
            read_image(bomb(tmp_path / "bomb.png", side))


@pytest.mark.parametrize(
    "content, reason",
    [
        (b"", "empty"),
        (b"GIF89a", "not a picture|cannot be decoded"),
        (b"<html>404</html>", "not a picture"),
        (b"\xff\xd8\xff" + bytes(50), "not a picture|cannot be decoded"),
    ],
)
def test_no_picture(tmp_path, content, reason):
    path = tmp_path / "a.jpg"
    path.write_bytes(content)
    with pytest.raises(UnreadableImage, match=reason) as caught:
        read_image(path)
    assert caught.value.path == str(path) and str(path) in str(caught.value)
    assert isinstance(caught.value, InputError)


def test_missing_file_and_folder(tmp_path):
    with pytest.raises(UnreadableImage, match="missing"):
        read_image(tmp_path / "a.jpg")
    with pytest.raises(UnreadableImage, match="cannot be opened"):
        read_image(tmp_path)


def test_the_size_of_what_is_no_file(tmp_path):
    (tmp_path / "file").write_bytes(b"123")
    assert [file_size(path) for path in (tmp_path / "file", tmp_path, tmp_path / "no")] == [3, -1, -1]


@pytest.mark.posix
def test_a_link_in_a_circle(tmp_path):
    os.symlink(tmp_path / "a.jpg", tmp_path / "b.jpg")
    os.symlink(tmp_path / "b.jpg", tmp_path / "a.jpg")
    with pytest.raises(UnreadableImage, match="a.jpg: the file cannot be opened: ") as caught:
        read_image(tmp_path / "a.jpg")
    assert "\n" not in str(caught.value)


def test_truncated_jpeg_is_not_painted_grey(tmp_path):
    path = tmp_path / "a.jpg"
    picture(path, size=(64, 64))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(UnreadableImage, match="truncated"):
        read_image(path)


def test_error_crosses_process_borders():
    error = pickle.loads(pickle.dumps(UnreadableImage("a.jpg", "empty")))
    assert (error.path, error.reason, str(error)) == ("a.jpg", "empty", "a.jpg: empty")


ENDINGS = ["jpg", "png", "gif", "bmp", "tif", "webp"]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(ENDINGS), st.integers(0, 2**32), st.integers(0, 20), st.floats(0, 1))
@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow's, about broken TIFF and EXIF tags
@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_garbled_pictures_are_read_or_refused(tmp_path, ending, seed, n_garbled, kept):
    path = tmp_path / f"a.{ending}"
    picture(path, seed=1, size=(24, 24))
    data = bytearray(path.read_bytes())
    rng = np.random.default_rng(seed)
    for _ in range(n_garbled):
        data[rng.integers(len(data))] = rng.integers(256)
    path.write_bytes(data[: round(kept * len(data))])
    try:
        image = read_image(path)
    except UnreadableImage as error:
        assert error.reason
    else:
        assert image.dtype == np.uint8 and image.ndim == 3 and image.shape[2] == 3


def files(folder, n=3):
    for i in range(n):
        picture(folder / f"{i}.png", seed=i)
    return ImageFiles(folder, [f"{i}.png" for i in range(n)])


def test_image_files_decode_when_asked(tmp_path):
    images = files(tmp_path)
    (tmp_path / "1.png").unlink()
    assert len(images) == 3
    assert images[2].shape == (6, 8, 3)
    with pytest.raises(UnreadableImage, match="1.png"):
        images[1]


def test_readable_drops_counts_and_explains(tmp_path):
    images = files(tmp_path, 4)
    (tmp_path / "1.png").write_bytes(b"")
    (tmp_path / "2.png").write_bytes(b"no picture")
    labels = np.eye(4, dtype=bool)
    data = TaggedImages("toy", images, [["a"], ["b"], ["c"], ["d"]], labels, list("wxyz"), list("0123"), labels)
    kept = readable(data)
    assert kept.ids == ["0", "3"] and kept.tags == [["a"], ["d"]]
    np.testing.assert_array_equal(kept.labels, labels[[0, 3]])
    np.testing.assert_array_equal(kept.salient, labels[[0, 3]])
    np.testing.assert_array_equal(kept.images[1], images[3])
    assert kept.report["unreadable"] == 2 and set(kept.dropped) == {"1", "2"}
    assert "empty" in kept.dropped["1"]
    assert readable(kept).fingerprint == kept.fingerprint
