/* The drawing for a terminal. */
#include <stdlib.h>
#include <string.h>

#include "cmd/dag/impl.h"
#include "core/base/buf.h"
#include "core/base/path.h"

static void boxes_release(struct mlv_boxes *boxes)
{
	mlv_strs_release(&boxes->labels);
	free(boxes->at);
	free(boxes->wires);
	free(boxes->order);
	free(boxes->first);
	free(boxes->wire_at);
}

long mlv_box_label_width(const char *label)
{
	long width = 0;

	for (; *label; label++)
		width += ((unsigned char)*label & 0xc0) != 0x80;
	return width;
}

/* A name that would disturb the drawing, or the terminal, is quoted. */
static mlv_err add_label(const char *name, struct mlv_buf *label)
{
	size_t len = strlen(name);

	return mlv_text_is_plain(name, len) ? mlv_buf_add(label, name, len)
					    : mlv_path_quote(label, name, len);
}

static mlv_err add_labels(struct mlv_boxes *boxes)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf label = MLV_BUF_INIT;
	mlv_err err = NULL;

	for (size_t i = 0; i < boxes->dag->names.count && !err; i++) {
		mlv_buf_clear(&label);
		if (!(err = add_label(boxes->dag->names.at[i], &label)))
			err = mlv_strs_add(&boxes->labels, label.ptr);
	}
	return err;
}

mlv_err mlv_dag_draw(const struct mlv_dag *dag, unsigned width, struct mlv_out *out)
{
	MLV_SCOPED(boxes_release) struct mlv_boxes boxes = { .dag = dag, .width = (long)width };
	bool fits;
	mlv_err err;

	if ((err = add_labels(&boxes)) || (err = mlv_boxes_level(&boxes, &fits)))
		return err;
	if (!fits)
		return mlv_dag_tree(dag, out);
	if ((err = mlv_boxes_place(&boxes)) || (err = mlv_boxes_connect(&boxes, &fits)))
		return err;
	return fits ? mlv_boxes_paint(&boxes, out) : mlv_dag_tree(dag, out);
}
