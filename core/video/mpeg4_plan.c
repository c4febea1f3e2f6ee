#include "core/video/mpeg4_plan.h"

#include <assert.h>
#include <stdlib.h>

// A wanted picture, in packets: the keyframe that it, or any that comes after
// it in coded order, needs first; and itself.
struct target {
    uint32_t start;
    uint32_t stop;
};

struct maker {
    const struct mpeg4_stream *stream;
    struct mpeg4_plan plan;
    struct mpeg4_model model; // of the decoder that carries out the plan
    uint32_t *picture_of;     // [2 packets] numbers of VOPs' pictures
    bool *wanted;             // [2 packets] VOPs
    uint32_t *decoded_at;     // [2 packets]
    struct target *targets;   // in coded order
    const struct mpeg4_checker *checker;
    uint32_t next;            // packet: everything before is done or left out
    enum mpeg4_action_kind feed; // MPEG4_FEED or MPEG4_CHECK
};

// Whether the plan can go on; negative: an error.
typedef int outcome;

static outcome add(struct maker *maker, enum mpeg4_action_kind kind, uint32_t packet,
                   uint32_t output, struct error *err)
{
    struct mpeg4_plan *plan = &maker->plan;
    if (plan->count == plan->capacity) {
        uint32_t capacity = plan->capacity ? 2 * plan->capacity : 256;
        struct mpeg4_action *actions = realloc(plan->actions, capacity * sizeof *actions);
        if (!actions) {
            return error_nomem(err, "decoding plan");
        }
        plan->actions = actions;
        plan->capacity = capacity;
    }
    bool none = output == MPEG4_NO_VOP;
    plan->actions[plan->count++] = (struct mpeg4_action){
        .kind = kind,
        .packet = packet,
        .picture = none ? UINT32_MAX : maker->picture_of[output],
        .wanted = !none && maker->wanted[output],
    };
    return 1;
}

static bool same_times(struct mpeg4_times a, struct mpeg4_times b)
{
    return a.pp == b.pp && a.pb == b.pb && a.pp_field == b.pp_field && a.pb_field == b.pb_field;
}

static uint8_t type_of(const struct mpeg4_stream *stream, uint32_t vop)
{
    return stream->packets[vop / 2].vop[vop % 2].type;
}

/* Feed `packet`, of which must become what `step`, taken from a full decode,
 * says: the same VOP, decoded unless it is a B picture to be skipped, from the
 * same references at the same distances. */
static outcome feed(struct maker *maker, uint32_t packet, bool skip_b,
                    const struct mpeg4_step *step, struct error *err)
{
    struct mpeg4_step now;
    if (mpeg4_model_feed(&maker->model, maker->stream->packets, packet, skip_b, &now)) {
        return 0;
    }
    uint8_t type = type_of(maker->stream, step->vop);
    bool b = type == MPEG4_B;
    if (now.vop != step->vop || now.decoded != (step->decoded && !(b && skip_b))) {
        return 0;
    }
    if (now.decoded) {
        // An I picture has no reference; what was before it may be missing.
        if (type != MPEG4_I && (now.older != step->older || now.newer != step->newer)) {
            return 0;
        }
        if (b && !same_times(now.times, step->times)) {
            return 0;
        }
        maker->plan.decodes++;
    }
    return add(maker, skip_b ? MPEG4_FEED_SKIP : maker->feed, packet, now.output, err);
}

// Do what packet number `at` does in a full decode, as far as it is needed.
static outcome follow(struct maker *maker, uint32_t at, struct error *err)
{
    const struct mpeg4_step *step = &maker->stream->steps[at];
    uint32_t aside = maker->model.aside;
    if (!step->decoded || type_of(maker->stream, step->vop) != MPEG4_B) {
        return feed(maker, at, !step->decoded, step, err); // for the clock at least
    }
    bool wanted = maker->wanted[step->vop] && maker->feed == MPEG4_FEED;
    if (aside == step->vop) {
        return feed(maker, at, !wanted, step, err); // also takes it out of the way
    }
    if (!wanted && !maker->stream->header.interlaced) {
        return 1;
    }
    // Its predecessor was skipped, and so it was not put aside. In interlaced
    // streams the first B picture sets the clock for fields, wanted or not.
    return step->vop % 2 == 0 ? feed(maker, step->vop / 2, !wanted, step, err) : 0;
}

static outcome drain(struct maker *maker, struct error *err)
{
    uint32_t output = mpeg4_model_drain(&maker->model);
    mpeg4_model_flush(&maker->model);
    return add(maker, MPEG4_DRAIN, 0, output, err);
}

// The last keyframe at or before packet `at` from which decoding can begin.
static uint32_t keyframe(const struct mpeg4_stream *stream, uint32_t at)
{
    for (;; at--) {
        const struct mpeg4_step *step = &stream->steps[at];
        if (step->decoded && step->vop == 2 * at && type_of(stream, step->vop) == MPEG4_I) {
            return at;
        }
        assert(at > 0); // the first picture is a keyframe
    }
}

// Could this packet's reference, left out, hide the B picture behind it?
static bool may_hide(const struct maker *maker, uint32_t packet)
{
    return maker->checker && maker->stream->packets[packet].vops == 2
           && !maker->checker->is_whole(maker->checker->context, packet);
}

// Is there a reference to leave out before packet `to`, and none that must not?
static bool is_worth_a_jump(const struct maker *maker, uint32_t to)
{
    bool worth = false;
    for (uint32_t at = maker->next; at < to; at++) {
        const struct mpeg4_step *step = &maker->stream->steps[at];
        worth |= step->decoded && type_of(maker->stream, step->vop) != MPEG4_B;
        if (may_hide(maker, at)) {
            return false;
        }
    }
    return worth;
}

static outcome reach(struct maker *maker, const struct target *target, bool jump,
                     struct error *err)
{
    if (jump && target->start > maker->next && is_worth_a_jump(maker, target->start)) {
        int code = maker->plan.count > 0 ? drain(maker, err) : 1;
        if (code <= 0) {
            return code;
        }
        maker->next = target->start;
    }
    int code = 1;
    while (code > 0 && maker->next <= target->stop) {
        code = follow(maker, maker->next++, err);
    }
    return code;
}

// Behind the last wanted picture: up to the last reference that may hide one.
static outcome check_rest(struct maker *maker, struct error *err)
{
    maker->feed = MPEG4_CHECK;
    uint32_t end = maker->stream->packet_count;
    while (end > maker->next && !may_hide(maker, end - 1)) {
        end--;
    }
    int code = 1;
    while (code > 0 && maker->next < end) {
        code = follow(maker, maker->next++, err);
    }
    return code;
}

static int by_coded_order(const void *a, const void *b)
{
    const struct target *s = a;
    const struct target *t = b;
    return (s->stop > t->stop) - (s->stop < t->stop);
}

static void set_targets(struct maker *maker, const uint32_t *wanted, uint32_t count)
{
    const struct mpeg4_stream *stream = maker->stream;
    for (uint32_t k = 0; k < stream->picture_count; k++) {
        const struct mpeg4_picture *picture = &stream->pictures[k];
        maker->picture_of[picture->vop] = k;
        maker->decoded_at[picture->vop] = picture->decoded_at;
    }
    for (uint32_t i = 0; i < count; i++) {
        const struct mpeg4_picture *picture = &stream->pictures[wanted[i]];
        const struct mpeg4_step *step = &stream->steps[picture->decoded_at];
        bool b = type_of(stream, picture->vop) == MPEG4_B;
        maker->wanted[picture->vop] = true;
        maker->targets[i] = (struct target){
            .start = keyframe(stream, b ? maker->decoded_at[step->older] : picture->decoded_at),
            .stop = picture->decoded_at,
        };
    }
    qsort(maker->targets, count, sizeof *maker->targets, by_coded_order);
    // A B picture behind a keyframe may need what is before it.
    for (uint32_t i = count; i-- > 1;) {
        if (maker->targets[i - 1].start > maker->targets[i].start) {
            maker->targets[i - 1].start = maker->targets[i].start;
        }
    }
}

static outcome make(struct maker *maker, uint32_t count, bool jump, struct error *err)
{
    mpeg4_model_start(&maker->model, &maker->stream->header);
    int code = 1;
    for (uint32_t i = 0; code > 0 && i < count; i++) {
        code = reach(maker, &maker->targets[i], jump, err);
    }
    if (code > 0) {
        code = check_rest(maker, err);
    }
    return code > 0 ? drain(maker, err) : code;
}

int mpeg4_plan_make(struct mpeg4_plan *ret, const struct mpeg4_stream *stream,
                    const uint32_t *wanted, uint32_t count, bool jump,
                    const struct mpeg4_checker *checker, struct error *err)
{
    size_t vops = 2 * (size_t)stream->packet_count + 1;
    struct maker maker = {
        .stream = stream,
        .picture_of = calloc(vops, sizeof *maker.picture_of),
        .wanted = calloc(vops, sizeof *maker.wanted),
        .decoded_at = calloc(vops, sizeof *maker.decoded_at),
        .targets = calloc((size_t)count + 1, sizeof *maker.targets),
        .checker = checker,
        .feed = MPEG4_FEED,
    };
    int code;
    if (!maker.picture_of || !maker.wanted || !maker.decoded_at || !maker.targets) {
        code = error_nomem(err, "decoding plan");
    } else {
        set_targets(&maker, wanted, count);
        code = make(&maker, count, jump, err);
    }
    free(maker.picture_of);
    free(maker.wanted);
    free(maker.decoded_at);
    free(maker.targets);
    if (code > 0) {
        *ret = maker.plan;
    } else {
        mpeg4_plan_clear(&maker.plan);
    }
    return code;
}

void mpeg4_plan_clear(struct mpeg4_plan *plan)
{
    free(plan->actions);
    *plan = (struct mpeg4_plan){0};
}
