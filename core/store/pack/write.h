/*
 * pack/write.h - making a pack.
 *
 * A frame maker turns objects into frames; a pack writer gives frames their
 * places in a pack and makes its table. Neither writes: the caller puts the
 * frames at the offsets they were given, wherever the pack grows (a temporary
 * file, memory), in any order and from any thread, and at last the tail.
 *
 *   mlv_frame_add(maker, key, bytes, len, &frames, &record);    as often as fits
 *   if (mlv_pack_writer_fits(writer, frames.len, count))
 *           mlv_pack_writer_add(writer, records, count);        sets their offsets
 *   ...write frames at records[0].offset...
 *   mlv_pack_writer_finish(writer, &tail, &table_len, &id);
 *   ...write tail after all frames; its first table_len bytes are the .idx...
 *
 * Whether data shrinks is found out by trying: what does not get 5% smaller is
 * kept raw, and after such failures in a row as many objects again, at most
 * 31, are not tried.
 *
 * Threads   a maker, and a writer, is used by one thread at a time.
 */
#ifndef MLV_STORE_PACK_WRITE_H
#define MLV_STORE_PACK_WRITE_H

#include "core/store/pack.h"

struct mlv_frame_maker;
mlv_err mlv_frame_maker_new(struct mlv_frame_maker **out) MLV_CHECK;
void mlv_frame_maker_freep(struct mlv_frame_maker **maker);
/*
 * Append the frame of an OBJECT, LEAVES or NODE to frames. record gets what a
 * table tells of it, but for the offset. The bytes are those of key: the
 * caller has hashed them.
 */
mlv_err mlv_frame_add(struct mlv_frame_maker *maker, const struct mlv_key *key, const void *bytes,
		      size_t len, struct mlv_buf *frames, struct mlv_pack_record *record) MLV_CHECK;

struct mlv_pack_writer;
mlv_err mlv_pack_writer_new(struct mlv_pack_writer **out, enum mlv_pack_class class) MLV_CHECK;
void mlv_pack_writer_freep(struct mlv_pack_writer **writer);
uint32_t mlv_pack_writer_count(const struct mlv_pack_writer *writer);
/* Bytes of all frames: where the tail will begin. */
uint32_t mlv_pack_writer_frames(const struct mlv_pack_writer *writer);
/* Whether so many frames of so many bytes together still fit. */
bool mlv_pack_writer_fits(const struct mlv_pack_writer *writer, size_t frames_len, size_t count);
/*
 * Give frames that lie one after another, as they do in records, their places:
 * after all that came before. They fit, and no key comes twice.
 */
mlv_err mlv_pack_writer_add(struct mlv_pack_writer *writer, struct mlv_pack_record *records,
			    size_t count) MLV_CHECK;
/* In a NODES pack: the files of the node with this id lie in these DATA packs, at most two. */
mlv_err mlv_pack_writer_hint(struct mlv_pack_writer *writer, const struct mlv_oid *node,
			     const struct mlv_oid *packs, unsigned count) MLV_CHECK;
/*
 * Append table and trailer to tail. The writer holds at least one frame. It is
 * empty again. Hints that would not fit are left out.
 */
mlv_err mlv_pack_writer_finish(struct mlv_pack_writer *writer, struct mlv_buf *tail,
			       size_t *table_len, struct mlv_pack_id *id) MLV_CHECK;

#endif
