"""Packs, from mlv-formats(5) alone: parse() checks every field of one, make() writes one.

It shares no code with mlv. Zstandard, which Python's library lacks, is the
system's libzstd by ctypes.
"""
import ctypes
import hashlib
import os
import struct
import zlib

PACK_MAX = 63 << 20
FRAME, RECORD, HEAD, TRAILER = 48, 52, 1048, 48
KINDS = {"object": 0, "leaves": 2, "node": 3}
NAMES = {number: name for name, number in KINDS.items()}
RAW, ZLIB, ZSTD = 0, 1, 2


def _castagnoli(byte):
    for _ in range(8):
        byte = byte >> 1 ^ (0x82f63b78 if byte & 1 else 0)
    return byte


CRC_TABLE = [_castagnoli(byte) for byte in range(256)]


def crc32c(data):
    """CRC-32C, RFC 3720, appendix B.4."""
    crc = 0xffffffff
    for byte in data:
        crc = crc >> 8 ^ CRC_TABLE[(crc ^ byte) & 0xff]
    return crc ^ 0xffffffff


class Damage(Exception):
    """Stored bytes are not what the formats allow."""


def need(condition, why):
    if not condition:
        raise Damage(why)


def unzstd(data, size):
    lib = ctypes.CDLL("libzstd.so.1")
    lib.ZSTD_decompress.restype = lib.ZSTD_findFrameCompressedSize.restype = ctypes.c_size_t
    out = ctypes.create_string_buffer(size + 1)
    need(lib.ZSTD_findFrameCompressedSize(data, ctypes.c_size_t(len(data))) == len(data), "not one zstd frame")
    made = lib.ZSTD_decompress(out, ctypes.c_size_t(size), data, ctypes.c_size_t(len(data)))
    need(made == size, "a zstd frame of another length")
    return out.raw[:size]


def unzip(data, size):
    inflater = zlib.decompressobj()
    out = inflater.decompress(data, size + 1)
    need(inflater.eof and not inflater.unused_data and len(out) == size, "not one zlib stream")
    return out


def check_lengths(letter, kind, codec, raw, stored):
    need(codec in (RAW, ZSTD if letter == "d" else ZLIB), "a codec of another class")
    need(stored == raw if codec == RAW else 0 < stored < raw, "a frame that compressing did not make smaller")
    need(letter == ("d" if kind == "object" else "n"), "a kind of another class")
    need(raw <= 16 << 20 if kind != "leaves" else raw >= 1135, "a length that cannot be")
    need(kind != "node" or raw > 0, "a node of nothing")


def parse_table(table):
    """(letter, length of the frames, {(id, kind): (offset, raw, stored, crc, codec)}, {(id, kind): [hinted id]})."""
    magic, version, group, count, frames, hinted = struct.unpack_from("<4sIIIII", table)
    need(magic == b"mlvT" and version == 1 and group in (0, 1), "no table")
    letter = "dn"[group]
    need(count > 0 and hinted <= 65535 and (group or not hinted), "counts that cannot be")
    need(len(table) == HEAD + RECORD * count + (32 * hinted + 4 * count if hinted else 0), "another length")
    fan = struct.unpack_from("<256I", table, 24)
    records, order, firsts = {}, [], [0] * 256
    for i in range(count):
        oid, offset, raw, stored, crc, kind, codec, zeros = struct.unpack_from("<32sIIIIBBH", table, HEAD + RECORD * i)
        need(kind in NAMES and not zeros, "a record of what cannot be")
        check_lengths(letter, NAMES[kind], codec, raw, stored)
        order.append((oid, kind))
        firsts[oid[0]] += 1
        records[oid.hex(), NAMES[kind]] = (offset, raw, stored, crc, codec)
    need(all(a < b for a, b in zip(order, order[1:])), "records that are not in order")
    need(all(fan[i] == sum(firsts[:i + 1]) for i in range(256)), "a wrong fan-out")
    at = 0
    for offset, _, stored, _, _ in sorted(records.values()):
        need(offset == at, "a gap between frames")
        at += FRAME + stored
    need(at == frames, "frames that do not end where the table begins")
    return letter, frames, records, parse_hints(table, list(records), hinted)


def parse_hints(table, keys, hinted):
    at = HEAD + RECORD * len(keys)
    ids = [table[at + 32 * i:at + 32 * i + 32] for i in range(hinted)]
    need(all(a < b for a, b in zip(ids, ids[1:])), "hinted packs that are not in order")
    hints = {}
    for i, key in enumerate(keys if hinted else []):
        a, b = struct.unpack_from("<HH", table, at + 32 * hinted + 4 * i)
        need((a == b == 65535) or (a < hinted and (b == 65535 or a < b < hinted)), "a hint of nothing")
        hints[key] = [ids[position].hex() for position in (a, b) if position != 65535]
    return hints


def parse(pack):
    """(letter, id, {(id, kind): raw bytes}) of a pack that is right in every byte."""
    need(TRAILER <= len(pack) <= PACK_MAX, "a length that cannot be")
    magic, frames, size, zeros, oid = struct.unpack("<4sIII32s", pack[-TRAILER:])
    need(magic == b"mlvE" and not zeros and frames + size + TRAILER == len(pack), "no trailer")
    table = pack[frames:frames + size]
    need(hashlib.sha256(table).digest() == oid, "a table of another id")
    letter, told, records, _ = parse_table(table)
    need(told == frames, "frames that end elsewhere")
    objects = {}
    for (name, kind), (offset, raw, stored, crc, codec) in records.items():
        head = struct.pack("<4sBBH32sII", b"mlvF", KINDS[kind], codec, 0, bytes.fromhex(name), raw, stored)
        need(pack[offset:offset + FRAME] == head, "a frame that the table does not tell of")
        data = pack[offset + FRAME:offset + FRAME + stored]
        need(crc32c(data) == crc, "a wrong checksum")
        data = {RAW: lambda d, _: d, ZLIB: unzip, ZSTD: unzstd}[codec](data, raw)
        need(hashlib.sha256(data).hexdigest() == name, "%s %s has other bytes" % (kind, name))
        objects[name, kind] = data
    return letter, oid.hex(), objects


def make(objects):
    """(letter, id, pack, table) of [(kind, id, raw bytes)], all raw, in this order."""
    frames, records, fan = b"", [], [0] * 256
    for kind, name, data in objects:
        oid = bytes.fromhex(name)
        records.append(struct.pack("<32sIIIIBBH", oid, len(frames), len(data), len(data), crc32c(data),
                                   KINDS[kind], RAW, 0))
        frames += struct.pack("<4sBBH32sII", b"mlvF", KINDS[kind], RAW, 0, oid, len(data), len(data)) + data
        for i in range(oid[0], 256):
            fan[i] += 1
    group = 0 if objects[0][0] == "object" else 1
    records.sort(key=lambda record: (record[:32], record[48]))
    table = struct.pack("<4sIIIII256I", b"mlvT", 1, group, len(records), len(frames), 0, *fan) + b"".join(records)
    digest = hashlib.sha256(table)
    trailer = struct.pack("<4sIII32s", b"mlvE", len(frames), len(table), 0, digest.digest())
    return "dn"[group], digest.hexdigest(), frames + table + trailer, table


def write(store, objects):
    """Put a pack into a store; the path of its .pack."""
    letter, oid, pack, table = make(objects)
    os.makedirs(os.path.join(store, "packs"), exist_ok=True)
    path = os.path.join(store, "packs", "%s-%s" % (letter, oid))
    for suffix, data in ((".pack", pack), (".idx", table)):
        with open(path + suffix, "wb") as file:
            file.write(data)
        os.chmod(path + suffix, 0o444)
    return path + ".pack"


def read_all(store):
    """{(id, kind): raw bytes} of all packs of a store, each checked, its .idx too."""
    folder, objects = os.path.join(store, "packs"), {}
    names = os.listdir(folder) if os.path.isdir(folder) else []
    for name in sorted(name for name in names if name.endswith(".idx")):
        if not os.path.exists(os.path.join(folder, name[:-4] + ".pack")):
            continue  # one alone is no pack
        with open(os.path.join(folder, name[:-4] + ".pack"), "rb") as file:
            pack = file.read()
        letter, oid, found = parse(pack)
        need(name == "%s-%s.idx" % (letter, oid), "%s: a pack of another name" % name)
        frames, size = struct.unpack_from("<II", pack, len(pack) - TRAILER + 4)
        with open(os.path.join(folder, name), "rb") as file:
            need(file.read() == pack[frames:frames + size], "%s: not the table of its pack" % name)
        objects.update(found)
    return objects
