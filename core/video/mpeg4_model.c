#include "core/video/mpeg4_model.h"

void mpeg4_model_start(struct mpeg4_model *model, const struct mpeg4_header *header)
{
    *model = (struct mpeg4_model){
        .header = header,
        .older = MPEG4_NO_VOP,
        .newer = MPEG4_NO_VOP,
        .aside = MPEG4_NO_VOP,
    };
}

void mpeg4_model_flush(struct mpeg4_model *model)
{
    model->older = MPEG4_NO_VOP;
    model->newer = MPEG4_NO_VOP;
    model->aside = MPEG4_NO_VOP;
    model->pp = 0;
}

uint32_t mpeg4_model_drain(const struct mpeg4_model *model)
{
    return model->header->low_delay ? MPEG4_NO_VOP : model->newer;
}

// Division that rounds to the nearest for what it is used on here, as the
// decoder does it: halves away from zero for even divisors.
static int64_t divide(int64_t a, int64_t b)
{
    return (a >= 0 ? a + b / 2 : a - b / 2) / b;
}

static void tick_reference(struct mpeg4_model *model, const struct mpeg4_vop *vop)
{
    model->seconds_before = model->seconds;
    model->seconds += vop->seconds;
    int64_t time = model->seconds * model->header->resolution + vop->tick;
    model->pp = (uint16_t)(time - model->reference_time);
    model->reference_time = time;
}

// False when the decoder finds that it lies between no two references.
static bool tick_b(struct mpeg4_model *model, const struct mpeg4_vop *vop,
                   struct mpeg4_times *times)
{
    int64_t time = (model->seconds_before + vop->seconds) * model->header->resolution + vop->tick;
    times->pp = model->pp;
    times->pb = (uint16_t)(model->pp - (model->reference_time - time));
    if (times->pb == 0 || times->pp <= times->pb) {
        return false;
    }
    if (!model->header->interlaced) {
        return true; // the rest matters to fields alone
    }
    if (model->field_unit == 0) {
        model->field_unit = times->pb;
    }
    int64_t unit = model->field_unit;
    int64_t before = divide(model->reference_time - model->pp, unit);
    times->pp_field = (uint16_t)((divide(model->reference_time, unit) - before) * 2);
    times->pb_field = (uint16_t)((divide(time, unit) - before) * 2);
    return times->pp_field > times->pb_field && times->pb_field > 1;
}

// Headers up to the VOP itself. False: a B picture out of order.
static bool read_clock(struct mpeg4_model *model, const struct mpeg4_packet *packet,
                       const struct mpeg4_vop *vop, struct mpeg4_times *times)
{
    if (vop == &packet->vop[0]) {
        if (packet->has_header) {
            model->field_unit = 0;
        }
        if (packet->gov_seconds >= 0) {
            model->seconds = packet->gov_seconds;
        }
    }
    if (vop->type == MPEG4_B) {
        return tick_b(model, vop, times);
    }
    tick_reference(model, vop);
    return true;
}

/* After a VOP is decoded from the packet itself, a second one in the packet is
 * put aside; after one that had been put aside, the packet's own, unless it is
 * no B picture. */
static void put_aside(struct mpeg4_model *model, const struct mpeg4_packet *packet,
                      uint32_t number, bool was_aside)
{
    if (!model->header->packed) {
        return;
    }
    if (!was_aside) {
        model->aside = packet->vops == 2 ? 2 * number + 1 : MPEG4_NO_VOP;
    } else if (packet->size > 7 && packet->vop[0].type != MPEG4_P) {
        model->aside = 2 * number;
    }
}

static void decode(struct mpeg4_model *model, const struct mpeg4_vop *vop,
                   struct mpeg4_step *step)
{
    step->decoded = true;
    if (vop->type != MPEG4_B) {
        model->older = model->newer;
        model->newer = step->vop;
    }
    step->older = model->older;
    step->newer = model->newer;
    step->output = vop->type == MPEG4_B || model->header->low_delay ? step->vop : model->older;
}

const char *mpeg4_model_feed(struct mpeg4_model *model, const struct mpeg4_packet *packets,
                             uint32_t number, bool skip_b, struct mpeg4_step *ret)
{
    const struct mpeg4_packet *packet = &packets[number];
    bool was_aside = model->aside != MPEG4_NO_VOP;
    if (was_aside && (packet->has_header || packet->vops == 2)) {
        return "a packed B picture is followed by something unusual";
    }
    struct mpeg4_step step = {
        .vop = was_aside ? model->aside : 2 * number,
        .older = model->older,
        .newer = model->newer,
        .output = MPEG4_NO_VOP,
        .lost = MPEG4_NO_VOP,
    };
    const struct mpeg4_packet *source = &packets[step.vop / 2];
    const struct mpeg4_vop *vop = &source->vop[step.vop % 2];
    model->aside = MPEG4_NO_VOP;
    if (vop->type == MPEG4_B && model->header->low_delay) {
        return "a B picture where there should be none";
    }
    bool in_order = read_clock(model, source, vop, &step.times);
    step.out_of_order = !in_order;
    if (in_order && vop->coded) {
        if (!model->started) {
            model->started = true;
            if (vop->type != MPEG4_I) {
                return "its first picture is no keyframe";
            }
            if (model->header->xvid) {
                // The decoder changes its inverse transform and begins anew,
                // reading the headers once more, with its clock running on.
                read_clock(model, source, vop, &step.times);
            }
        }
        if (vop->type != MPEG4_B && vop->type != MPEG4_I && model->newer == MPEG4_NO_VOP) {
            return "a picture without its reference";
        }
        if (vop->type != MPEG4_B || (!skip_b && model->older != MPEG4_NO_VOP)) {
            decode(model, vop, &step);
            put_aside(model, packet, number, was_aside);
        }
    }
    if (was_aside && packet->vop[0].coded && model->aside != 2 * number) {
        step.lost = 2 * number;
    } else if (!was_aside && packet->vops == 2 && model->aside != 2 * number + 1) {
        step.lost = 2 * number + 1;
    }
    *ret = step;
    return NULL;
}
