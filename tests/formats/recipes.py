"""Chunks and recipes, from mlv-formats(5) alone: cut() cuts, parse() checks every field, make() writes one.

It shares no code with mlv, and cuts byte by byte, from cut to cut.
"""
import hashlib
import os
import struct

import packs
from packs import need

LEAST, USUAL, MOST = 16 << 10, 52 << 10, 256 << 10
SMALL_MAX = 16 << 20
HEAD = 56
GEAR = [int.from_bytes(hashlib.sha256(bytes([byte])).digest()[:8], "big") for byte in range(256)]
ALL = (1 << 64) - 1


def chunk_length(data, at):
    """How long the chunk is that begins at this place."""
    most = min(MOST, len(data) - at)
    total = 0
    for count in range(LEAST - 64, most):
        if count >= LEAST and total < (1 << 50 if count >= USUAL else 1 << 46):
            return count
        total = (total << 1) + GEAR[data[at + count]] & ALL
    return most


def cut(data):
    chunks, at = [], 0
    if not data.strip(b"\0"):
        # No place among zeros is marked: the long way would say the same.
        return [data[at:at + MOST] for at in range(0, len(data), MOST)]
    while at < len(data):
        length = chunk_length(data, at)
        chunks.append(data[at:at + length])
        at += length
    return chunks


def make(oid, chunks):
    """The recipe of the large file of this id from [(bytes, id of pack, length of pack)]."""
    used = sorted({(pack, size) for _, pack, size in chunks})
    positions = {pack: i for i, (pack, _) in enumerate(used)}
    text = struct.pack("<4sIQII32s", b"mlvR", 1, sum(len(data) for data, _, _ in chunks), len(used), len(chunks),
                       bytes.fromhex(oid))
    text += b"".join(struct.pack("<32sI", bytes.fromhex(pack), size) for pack, size in used)
    text += hashlib.sha256(text).digest()
    text += b"".join(struct.pack("<32sII", hashlib.sha256(data).digest(), len(data), positions[pack])
                     for data, pack, _ in chunks)
    return text + hashlib.sha256(text).digest()


def parse(text, oid):
    """(size of the file, [(id of pack, length of pack)], [(id of chunk, length, id of pack)])."""
    need(len(text) >= HEAD, "no recipe")
    magic, version, size, pack_count, chunk_count, name = struct.unpack_from("<4sIQII32s", text)
    need(magic == b"mlvR" and version == 1 and name.hex() == oid, "no recipe of this file")
    need(size > SMALL_MAX and 0 < pack_count <= chunk_count, "counts that cannot be")
    end = HEAD + 36 * pack_count
    need(len(text) == end + 64 + 40 * chunk_count, "another length")
    need(hashlib.sha256(text[:end]).digest() == text[end:end + 32], "a wrong sum of the packs")
    need(hashlib.sha256(text[:-32]).digest() == text[-32:], "a wrong sum")
    used = [struct.unpack_from("<32sI", text, HEAD + 36 * i) for i in range(pack_count)]
    need(all(a[0] < b[0] for a, b in zip(used, used[1:])), "packs that are not in order")
    need(all(length <= packs.PACK_MAX for _, length in used), "a pack that is too long")
    chunks = [struct.unpack_from("<32sII", text, end + 32 + 40 * i) for i in range(chunk_count)]
    need(all(pack < pack_count for _, _, pack in chunks), "a chunk in no pack")
    need({pack for _, _, pack in chunks} == set(range(pack_count)), "a pack that holds nothing")
    need(all(LEAST <= length <= MOST for _, length, _ in chunks[:-1]), "a chunk of another length")
    need(0 < chunks[-1][1] <= MOST and sum(length for _, length, _ in chunks) == size, "not all of the file")
    return (size, [(pack.hex(), length) for pack, length in used],
            [(chunk.hex(), length, used[pack][0].hex()) for chunk, length, pack in chunks])


def read(store, oid):
    """The bytes of a large file of a remote that its recipe makes; the caller holds them against its leaf list."""
    with open(os.path.join(store, "recipes", oid[:2], oid[2:]), "rb") as file:
        _, used, chunks = parse(file.read(), oid)
    held = {}
    for pack, length in used:
        path = os.path.join(store, "packs", "d-%s.pack" % pack)
        need(os.stat(path).st_size == length, "pack %s has another length" % pack)
        with open(path, "rb") as file:
            letter, name, held[pack] = packs.parse(file.read())
        need((letter, name) == ("d", pack), "pack %s has another name" % pack)
    data = [held[pack][chunk, "object"] for chunk, _, pack in chunks]
    need([len(part) for part in data] == [length for _, length, _ in chunks], "a chunk of another length")
    return b"".join(data)
