/* marks/lease.c - who sweeps: one at a time, and known to who pushes. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "remote/lines.h"
#include "remote/marks.h"

#define SWEEP "gc/sweep"
#define NEAR  20 /* seconds that a beat is good for, where values are files of this machine */
#define FAR   120
#define MOST  600  /* of another's beat, whatever it says */
#define HOUR  3600 /* that a gc which goes on is waited for */
#define SAY   2    /* seconds of waiting, after which the user is told */
#define LOOK_NEAR 50  /* ms between two looks at another's lease */
#define LOOK_FAR  2000

static _Atomic int64_t virtual_ms;

/* MLV_TEST_CLOCK=virtual in the environment: waiting takes no time, and nothing else does. */
static bool is_virtual(const struct mlv_transport *remote)
{
	const char *clock = remote->ctx->env(remote->ctx, "MLV_TEST_CLOCK");

	return clock && strcmp(clock, "virtual") == 0;
}

/* Time that also passes while the machine sleeps. */
static int64_t now(const struct mlv_transport *remote)
{
	struct timespec at = { 0, 0 };

	if (is_virtual(remote))
		return virtual_ms / 1000;
	clock_gettime(CLOCK_BOOTTIME, &at);
	return (int64_t)at.tv_sec;
}

/* MLV_TEST_LEASE=seconds in the environment: for tests. */
static unsigned lasts(const struct mlv_transport *remote)
{
	const char *text = remote->ctx->env(remote->ctx, "MLV_TEST_LEASE");
	uint64_t seconds;

	if (text && mlv_line_number(text, strlen(text), &seconds) && seconds > 0 && seconds < FAR)
		return (unsigned)seconds;
	return mlv_transport_has_files(remote) ? NEAR : FAR;
}

/* The text of a lease; "": none. */
struct seen {
	struct mlv_oid run;
	uint64_t beat, seconds;
	bool there;
};

static bool parse_words(const char *text, size_t len, struct seen *seen)
{
	static const char first[] = "mlv sweep 1 ";
	const size_t head = strlen(first);
	const char *beat = text + head + MLV_OID_HEX + 1, *seconds;

	if (len < head + MLV_OID_HEX + 5 || memcmp(text, first, head) != 0 ||
	    !mlv_oid_parse(text + head, MLV_OID_HEX, &seen->run) || beat[-1] != ' ' ||
	    text[len - 1] != '\n' || !(seconds = strchr(beat, ' ')))
		return false;
	return mlv_line_number(beat, (size_t)(seconds - beat), &seen->beat) &&
	       mlv_line_number(seconds + 1, (size_t)(text + len - 1 - (seconds + 1)),
			       &seen->seconds);
}

/* One that is over, or that nobody can read, counts as none. */
static mlv_err look(struct mlv_transport *remote, struct seen *seen)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_LIMIT(4096);
	mlv_err err = mlv_transport_get_text(remote, SWEEP, "mlv sweep ", &text);

	*seen = (struct seen){ 0 };
	if (err)
		return err->code == MLV_E_MISSING || err->code == MLV_E_CORRUPT ? NULL : err;
	seen->there = parse_words(text.ptr, text.len, seen) && seen->seconds > 0;
	return NULL;
}

static mlv_err write_lease(struct mlv_lease *lease, unsigned seconds)
{
	char text[MLV_OID_HEX + 96], hex[MLV_OID_HEX + 1];
	int len = snprintf(text, sizeof(text), "mlv sweep 1 %s %" PRIu64 " %u\n",
			   mlv_oid_format(&lease->run, hex), lease->beat, seconds);

	lease->beaten = now(lease->remote);
	return mlv_transport_put_bytes(lease->remote, SWEEP, text, (size_t)len);
}

static mlv_err pause_a_bit(struct mlv_transport *remote)
{
	long ms = mlv_transport_has_files(remote) ? LOOK_NEAR : LOOK_FAR;
	struct timespec wait = { ms / 1000, ms % 1000 * 1000000 };

	if (is_virtual(remote))
		virtual_ms += ms;
	else
		nanosleep(&wait, NULL);
	return mlv_ctx_check_stop(remote->ctx);
}

/* Waiting for a run of another to end. */
struct waiting {
	struct mlv_transport *remote;
	struct seen first, last;
	int64_t begun, beaten;
	bool told;
};

/* Whether it is over, or was killed: its time passed without a beat. */
static bool is_over(const struct waiting *w)
{
	const int64_t seconds = w->last.seconds < MOST ? (int64_t)w->last.seconds : MOST;

	return !w->last.there || !mlv_oid_equal(&w->last.run, &w->first.run) ||
	       now(w->remote) - w->beaten > seconds;
}

static mlv_err wait_a_bit(struct waiting *w)
{
	struct seen seen;
	mlv_err err;

	if (!w->told && now(w->remote) - w->begun >= SAY) {
		mlv_tell_warning(w->remote->ctx, "%s: waiting for the gc that is under way there",
				 w->remote->url);
		w->told = true;
	}
	if ((err = pause_a_bit(w->remote)) || (err = look(w->remote, &seen)))
		return err;
	if (seen.beat != w->last.beat)
		w->beaten = now(w->remote);
	w->last = seen;
	return NULL;
}

static mlv_err begin_waiting(struct waiting *w, struct mlv_transport *remote)
{
	*w = (struct waiting){ .remote = remote, .begun = now(remote), .beaten = now(remote) };
	return look(remote, &w->first);
}

mlv_err mlv_lease_wait(struct mlv_transport *remote)
{
	struct waiting w;
	mlv_err err = begin_waiting(&w, remote);

	w.last = w.first;
	while (!err && !is_over(&w)) {
		if (now(remote) - w.begun > HOUR)
			return mlv_error_hint(
				mlv_error(MLV_E_LOCKED, "%s: a gc of this remote goes on for more than "
					  "an hour, and may remove what is relied on", remote->url),
				"run it again when that gc has ended; if there is none, remove "
				SWEEP " from the remote");
		err = wait_a_bit(&w);
	}
	return err;
}

/* Wait until one that was killed is known to be so, from first on. MLV_E_LOCKED when it goes on. */
static mlv_err wait_for_killed(struct mlv_transport *remote, struct seen *first)
{
	struct waiting w;
	mlv_err err = begin_waiting(&w, remote);

	*first = w.last = w.first;
	while (!err && !is_over(&w) && w.last.beat == w.first.beat)
		err = wait_a_bit(&w);
	if (err || !w.last.there ||
	    (w.last.beat == w.first.beat && mlv_oid_equal(&w.last.run, &w.first.run)))
		return err;
	return mlv_error_hint(mlv_error(MLV_E_LOCKED, "%s: another gc of this remote is under way",
					remote->url), "wait for it to end, and try again");
}

/* An id that no other run has. */
static mlv_err name_run(struct mlv_lease *lease)
{
	if (getrandom(lease->run.bytes, sizeof(lease->run.bytes), 0) !=
	    (ssize_t)sizeof(lease->run.bytes))
		return mlv_error_sys("a random number");
	return NULL;
}

static mlv_err check_ours(struct mlv_lease *lease)
{
	struct seen seen;
	mlv_err err = look(lease->remote, &seen);

	if (err)
		return err;
	if (!seen.there || !mlv_oid_equal(&seen.run, &lease->run)) {
		lease->held = false;
		return mlv_error_hint(mlv_error(MLV_E_LOCKED, "%s: another gc of this remote began",
						lease->remote->url), "try again when it has ended");
	}
	return NULL;
}

static mlv_err check_time(void *arg)
{
	return mlv_lease_check(arg);
}

mlv_err mlv_lease_watch(struct mlv_lease *lease, struct mlv_transport *remote)
{
	struct seen seen;
	mlv_err err = look(remote, &seen);

	*lease = (struct mlv_lease){ .remote = remote, .watched = !err && !seen.there,
				     .was = seen.run };
	return err;
}

mlv_err mlv_lease_take(struct mlv_lease *lease, struct mlv_transport *remote)
{
	struct seen first;
	mlv_err err = wait_for_killed(remote, &first);

	lease->remote = remote;
	lease->beat = 0;
	lease->alone = lease->watched && !first.there && mlv_oid_equal(&first.run, &lease->was);
	if (err || (err = name_run(lease)) || (err = write_lease(lease, lasts(remote))))
		return err;
	lease->held = true;
	remote->ctx->expired = check_time;
	remote->ctx->expired_arg = lease;
	return check_ours(lease);
}

mlv_err mlv_lease_check(const struct mlv_lease *lease)
{
	if (now(lease->remote) - lease->beaten <= (int64_t)lasts(lease->remote) / 2)
		return NULL;
	return mlv_error_hint(mlv_error(MLV_E_LOCKED, "%s: the remote was slow, and others may think "
					"that this gc was killed", lease->remote->url),
			      "run it again: it goes on where it stopped");
}

mlv_err mlv_lease_beat(struct mlv_lease *lease)
{
	const int64_t passed = now(lease->remote) - lease->beaten;
	mlv_err err = mlv_lease_check(lease);

	if (err)
		return err;
	if (passed < (int64_t)lasts(lease->remote) / 4)
		return NULL;
	if ((err = check_ours(lease)))
		return err;
	lease->beat++;
	return write_lease(lease, lasts(lease->remote));
}

/* On top of another's lease nothing is written; one that is late is left to run out. */
mlv_err mlv_lease_end(struct mlv_lease *lease)
{
	mlv_err err = NULL;

	if (lease->held && !(err = mlv_lease_check(lease)) && !(err = check_ours(lease)))
		err = write_lease(lease, 0);
	lease->held = false;
	lease->remote->ctx->expired = NULL;
	return err;
}

void mlv_lease_release(struct mlv_lease *lease)
{
	if (mlv_lease_end(lease))
		mlv_tell_detail(lease->remote->ctx, "%s/%s could not be written", lease->remote->url,
				SWEEP);
}
