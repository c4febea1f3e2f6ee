#include "core/video/mpeg4_plan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/random.h"

/* Streams are words, one a packet: I, P, B a picture; PB or IB two; n a
 * placeholder. Times are as they should be: references and the B pictures
 * between them one tick apart. */

static struct mpeg4_vop vop_of(char letter)
{
    return (struct mpeg4_vop){
        .type = letter == 'I' ? MPEG4_I : letter == 'B' ? MPEG4_B : MPEG4_P,
        .coded = letter != 'n',
    };
}

static bool is_reference(const struct mpeg4_vop *vop)
{
    return vop->coded && vop->type != MPEG4_B;
}

// In the order of coding: a reference is shown after the B pictures behind it.
static void set_times(struct mpeg4_stream *stream)
{
    struct mpeg4_vop *vops[256];
    size_t count = 0;
    for (uint32_t i = 0; i < stream->packet_count; i++) {
        for (uint8_t j = 0; j < stream->packets[i].vops; j++) {
            vops[count++] = &stream->packets[i].vop[j];
        }
    }
    uint32_t now = 0, reference = 0;
    for (size_t i = 0; i < count; i++) {
        if (is_reference(vops[i])) {
            uint32_t between = 0;
            for (size_t j = i + 1; j < count && !is_reference(vops[j]); j++) {
                between += vops[j]->coded;
            }
            vops[i]->tick = reference = now + between;
            now = reference - between;
            for (size_t j = i + 1; j < count && !is_reference(vops[j]); j++) {
                vops[j]->tick = vops[j]->coded ? now++ : reference;
            }
            now = reference + 1;
        }
    }
}

static struct mpeg4_stream stream_of(const char *words, bool packed, bool low_delay)
{
    struct mpeg4_stream stream = {
        .header = {.resolution = 10000, .packed = packed, .low_delay = low_delay},
        .packets = calloc(strlen(words) + 1, sizeof *stream.packets),
    };
    assert_non_null(stream.packets);
    for (const char *at = words; *at; at += strspn(at, " ")) {
        struct mpeg4_packet *packet = &stream.packets[stream.packet_count++];
        *packet = (struct mpeg4_packet){.size = *at == 'n' ? 6 : 1000, .gov_seconds = -1};
        for (; *at && *at != ' '; at++) {
            packet->vop[packet->vops++] = vop_of(*at);
        }
    }
    set_times(&stream);
    return stream;
}

/* What comes out: "2 0 1.1" are the first VOPs of packets 2 and 0, and the
 * second one of packet 1. Or the reason why nobody knows. */
static const char *follow(const char *words, bool packed, bool low_delay)
{
    static char text[1024];
    struct mpeg4_stream stream = stream_of(words, packed, low_delay);
    const char *reason = "?";
    int code = mpeg4_stream_follow(&stream, &reason, NULL);
    if (code == 0) {
        mpeg4_stream_clear(&stream);
        return reason;
    }
    assert_int_equal(code, 1);
    size_t used = 0;
    text[0] = 0;
    for (uint32_t k = 0; k < stream.picture_count; k++) {
        uint32_t vop = stream.pictures[k].vop;
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%u%s", k ? " " : "", vop / 2,
                                 vop % 2 ? ".1" : "");
    }
    mpeg4_stream_clear(&stream);
    return text;
}

static void orders(void **state)
{
    (void)state;
    assert_string_equal(follow("I P P P", false, true), "0 1 2 3");
    assert_string_equal(follow("I P P P", false, false), "0 1 2 3");
    assert_string_equal(follow("I P n P n n", false, true), "0 1 3");
    assert_string_equal(follow("n I P", false, true), "1 2");
    assert_string_equal(follow("I P B B P B", false, false), "0 2 3 1 5 4");
    assert_string_equal(follow("I P B I B B P", false, false), "0 2 1 4 5 3 6");
    // Two in a packet: the second one is decoded in place of the next packet's.
    assert_string_equal(follow("I PB B n PB n P", true, false), "0 1.1 2 1 4.1 4 6");
    assert_string_equal(follow("I PB B B n P", true, false), "0 1.1 2 3 1 5");
    assert_string_equal(follow("I PB n IB n P n", true, false), "0 1.1 1 3.1 3 5");
    // At the end: a picture put aside stays where it is.
    assert_string_equal(follow("I PB", true, false), "0 1");
    assert_string_equal(follow("I PB B", true, false), "0 1.1 1");
    assert_string_equal(follow("I", false, false), "0");
    assert_string_equal(follow("n n", false, false), "");
    // B pictures before a second reference are passed over.
    assert_string_equal(follow("I B P", false, false), "0 2");
    assert_string_equal(follow("B I P", false, false), "1 2");
}

static void unknown(void **state)
{
    (void)state;
    assert_string_equal(follow("P P", false, true), "its first picture is no keyframe");
    assert_string_equal(follow("I P B P", false, true), "a B picture where there should be none");
    static const char lost[] = "a picture is stored where the decoder overlooks it";
    assert_string_equal(follow("I PB P", true, false), lost);
    assert_string_equal(follow("IB B P", true, false), lost);
    assert_string_equal(follow("I PB PB n", true, false),
                        "a packed B picture is followed by something unusual");
}

static void clocks(void **state)
{
    (void)state;
    // A B picture that is not between its references is passed over.
    struct mpeg4_stream stream = stream_of("I P B P", false, false);
    stream.packets[2].vop[0].tick = 2;
    stream.packets[1].vop[0].tick = 2;
    const char *reason;
    assert_int_equal(mpeg4_stream_follow(&stream, &reason, NULL), 1);
    assert_int_equal(stream.picture_count, 3);
    assert_true(stream.steps[2].out_of_order);
    mpeg4_stream_clear(&stream);

    // Distances in time, over the end of a second and a group's new clock.
    stream = stream_of("I P B P B", false, false);
    stream.header.resolution = 30;
    stream.packets[0].vop[0].tick = 28;
    stream.packets[1].vop[0] = (struct mpeg4_vop){.type = MPEG4_P, .coded = true, .seconds = 1};
    stream.packets[2].vop[0].tick = 29;
    stream.packets[3].gov_seconds = 1;
    stream.packets[3].vop[0].tick = 5;
    stream.packets[4].vop[0] = (struct mpeg4_vop){.type = MPEG4_B, .coded = true, .tick = 1};
    assert_int_equal(mpeg4_stream_follow(&stream, &reason, NULL), 1);
    assert_int_equal(stream.picture_count, 5);
    assert_int_equal(stream.steps[2].times.pp, 2);
    assert_int_equal(stream.steps[2].times.pb, 1);
    assert_int_equal(stream.steps[4].times.pp, 5);
    assert_int_equal(stream.steps[4].times.pb, 1);

    // After a jump to packet 3 its clock is the same, thanks to the group; a
    // jump that would give a B picture other distances is none.
    struct mpeg4_plan plan;
    uint32_t wanted = 3; // the B picture of packet 4
    assert_int_equal(mpeg4_plan_make(&plan, &stream, &wanted, 1, true, NULL, NULL), 1);
    mpeg4_plan_clear(&plan);
    mpeg4_stream_clear(&stream);
}

static void jumps_mind_the_clock(void **state)
{
    (void)state;
    // Packet 3 could be jumped to, but only the group of packet 5, behind it,
    // tells the seconds, and the B picture of packet 6 hangs on both.
    struct mpeg4_stream stream = stream_of("I P P I P P B", false, false);
    stream.header.resolution = 30;
    for (uint32_t i = 0; i < 7; i++) {
        stream.packets[i].vop[0].seconds = i < 5;
        stream.packets[i].vop[0].tick = i;
    }
    stream.packets[5].gov_seconds = 5;
    stream.packets[5].vop[0].tick = 20;
    stream.packets[6].vop[0].tick = 10;
    const char *reason;
    assert_int_equal(mpeg4_stream_follow(&stream, &reason, NULL), 1);
    assert_int_equal(stream.picture_count, 7);
    uint32_t wanted = 5;
    assert_int_equal(stream.pictures[wanted].vop, 12);
    struct mpeg4_plan plan = {0};
    assert_int_equal(mpeg4_plan_make(&plan, &stream, &wanted, 1, true, NULL, NULL), 0);
    assert_null(plan.actions);
    assert_int_equal(mpeg4_plan_make(&plan, &stream, &wanted, 1, false, NULL, NULL), 1);
    assert_int_equal(plan.decodes, 7);
    mpeg4_plan_clear(&plan);
    mpeg4_stream_clear(&stream);
}

/* A plan as text: a number feeds that packet, "s" without its B picture, "c"
 * as a check, "d" drains; "=k" a picture comes out, "!" a wanted one. */
enum check { NO_CHECK, ALL_WHOLE, NONE_WHOLE, ONE_BROKEN };

// The packet in which ONE_BROKEN sees something is the fifth.
static bool is_whole(void *context, uint32_t packet)
{
    enum check check = *(enum check *)context;
    return check == ALL_WHOLE || (check == ONE_BROKEN && packet != 4);
}

static const char *plan(const char *words, bool packed, bool jump, enum check check, size_t count,
                        const uint32_t *wanted)
{
    static char text[1024];
    struct mpeg4_stream stream = stream_of(words, packed, false);
    const char *reason;
    assert_int_equal(mpeg4_stream_follow(&stream, &reason, NULL), 1);
    struct mpeg4_plan plan;
    struct mpeg4_checker checker = {is_whole, &check};
    assert_int_equal(mpeg4_plan_make(&plan, &stream, wanted, (uint32_t)count, jump,
                                     check == NO_CHECK ? NULL : &checker, NULL), 1);
    size_t used = 0;
    text[0] = 0;
    for (uint32_t i = 0; i < plan.count; i++) {
        const struct mpeg4_action *action = &plan.actions[i];
        char number[16] = "d", picture[16] = "";
        if (action->kind != MPEG4_DRAIN) {
            snprintf(number, sizeof number, "%u%s", action->packet,
                     action->kind == MPEG4_FEED_SKIP ? "s"
                                                     : action->kind == MPEG4_CHECK ? "c" : "");
        }
        if (action->picture != UINT32_MAX) {
            snprintf(picture, sizeof picture, "=%u%s", action->picture,
                     action->wanted ? "!" : "");
        }
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%s%s", i ? " " : "", number,
                                 picture);
    }
    mpeg4_plan_clear(&plan);
    mpeg4_stream_clear(&stream);
    return text;
}

#define PLAN(words, packed, jump, check, ...)                                                      \
    plan(words, packed, jump, check, sizeof(uint32_t[]){__VA_ARGS__} / sizeof(uint32_t), \
         (uint32_t[]){__VA_ARGS__})

static void plans(void **state)
{
    (void)state;
    const enum check none = NO_CHECK;
    assert_string_equal(PLAN("I P P P P", false, true, none, 2), "0 1=0 2=1 d=2!");
    assert_string_equal(PLAN("I P P P P", false, true, none, 0, 1), "0 1=0! d=1!");
    // From the last keyframe, over what lies between, never back.
    assert_string_equal(PLAN("I P P I P P I P", false, true, none, 5), "3 4=3 5=4 d=5!");
    assert_string_equal(PLAN("I P P I P P I P", false, true, none, 0, 7), "0 d=0! 6 7=6 d=7!");
    assert_string_equal(PLAN("I P I P", false, true, none, 1, 2), "0 1=0 2=1! d=2!");
    assert_string_equal(PLAN("I P P I P P", false, false, none, 4), "0 1=0 2=1 3=2 4=3 d=4!");
    // B pictures that nobody wants are left out; a wanted one needs both sides.
    assert_string_equal(PLAN("I P B B P B B", false, true, none, 3), "0 1=0 d=3!");
    assert_string_equal(PLAN("I P B B P B B", false, true, none, 2), "0 1=0 3=2! d=3");
    assert_string_equal(PLAN("I P B I B P", false, true, none, 3), "0 1=0 3=2 4=3! d=4");
    // Packed: the second picture of a packet has to be got out of the way.
    assert_string_equal(PLAN("I PB B n PB B n", true, true, none, 3), "0 1=0 d=3!");
    assert_string_equal(PLAN("I PB B n PB B n", true, true, none, 6), "0 1=0 2s 4=3 d=6!");
    assert_string_equal(PLAN("I PB B n PB B n", true, true, none, 1), "0 1=0 2=1! d=3");
    assert_string_equal(PLAN("I PB B n PB B n", true, true, none, 2), "0 1=0 2s 2=2! d=3");
    assert_string_equal(PLAN("I PB B n PB B n", true, true, none, 1, 2), "0 1=0 2=1! 3=2! d=3");
    // Its references must be seen to be whole.
    assert_string_equal(PLAN("I PB n PB n PB n P", true, true, NONE_WHOLE, 2),
                        "0 1=0 2s 3c=2! 4s 5c=4 d=6");
    assert_string_equal(PLAN("I PB n I P PB n", true, true, NONE_WHOLE, 4),
                        "0 1=0 2s 3=2 4=3 5c=4! d=6");
    assert_string_equal(PLAN("I PB n PB n PB n P", true, true, ALL_WHOLE, 2), "0 1=0 d=2!");
    assert_string_equal(PLAN("I PB n P PB n PB n", true, true, ONE_BROKEN, 2),
                        "0 1=0 2s 3c=2! 4c=3 d=5");
    assert_string_equal(PLAN("I PB n I P PB n", true, true, ALL_WHOLE, 4), "3 4=3 d=4!");
    assert_string_equal(PLAN("I P P P PB n I P", true, true, ONE_BROKEN, 6),
                        "0 1=0 2=1 3=2 4=3 5s 6=5 d=6!");
    // A placeholder moves the clock, and so it is fed.
    assert_string_equal(PLAN("I P n P", false, true, none, 2), "0 1=0 2s 3=1 d=2!");
    assert_string_equal(PLAN("I P n P", false, true, none, 1), "0 1=0 d=1!");
}

// References that picture k needs, itself included, as marks on coded VOPs.
static void mark(const struct mpeg4_stream *stream, uint32_t k, bool *needed)
{
    const struct mpeg4_picture *picture = &stream->pictures[k];
    const struct mpeg4_step *step = &stream->steps[picture->decoded_at];
    uint32_t first = picture->vop;
    needed[first] = true;
    if (stream->packets[first / 2].vop[first % 2].type == MPEG4_B) {
        needed[step->newer] = true;
        first = step->older;
        needed[first] = true;
        // The reference behind it is predicted from the one before it.
    }
    for (uint32_t at = picture->decoded_at; at != UINT32_MAX; at--) {
        const struct mpeg4_step *s = &stream->steps[at];
        uint8_t type = stream->packets[s->vop / 2].vop[s->vop % 2].type;
        if (!s->decoded || type == MPEG4_B) {
            continue;
        }
        needed[s->vop] = true;
        if (type == MPEG4_I && s->vop <= first) {
            return;
        }
    }
}

static void check_plan(const struct mpeg4_stream *stream, const uint32_t *wanted, uint32_t count)
{
    struct mpeg4_plan plan;
    assert_int_equal(mpeg4_plan_make(&plan, stream, wanted, count, true, NULL, NULL), 1);
    // Each wanted picture once, in order; none that is not foreseen twice.
    uint32_t served = 0;
    for (uint32_t i = 0; i < plan.count; i++) {
        if (plan.actions[i].wanted) {
            assert_true(served < count);
            assert_int_equal(plan.actions[i].picture, wanted[served]);
            served++;
        }
        if (i > 0 && plan.actions[i].kind != MPEG4_DRAIN
            && plan.actions[i - 1].kind != MPEG4_DRAIN) {
            assert_true(plan.actions[i].packet >= plan.actions[i - 1].packet); // never back
        }
    }
    assert_int_equal(served, count);
    // Nothing is decoded but what some wanted picture needs.
    bool needed[256] = {0};
    for (uint32_t i = 0; i < count; i++) {
        mark(stream, wanted[i], needed);
    }
    uint32_t least = 0;
    for (uint32_t vop = 0; vop < 2 * stream->packet_count; vop++) {
        least += needed[vop];
    }
    assert_int_equal(plan.decodes, least);
    mpeg4_plan_clear(&plan);
}

static void random_words(struct random *random, char *words, bool packed)
{
    char *at = words;
    at += sprintf(at, "I");
    uint32_t groups = 1 + (uint32_t)random_below(random, 9);
    for (uint32_t g = 0; g < groups; g++) {
        uint32_t b = (uint32_t)random_below(random, 4);
        char reference = random_below(random, 3) ? 'P' : 'I';
        bool pack = packed && b > 0;
        at += sprintf(at, pack ? " %cB" : " %c", reference);
        for (uint32_t i = pack; i < b; i++) {
            at += sprintf(at, " B");
        }
        if (pack || random_below(random, 6) == 0) {
            at += sprintf(at, " n");
        }
    }
}

static void random_plans(void **state)
{
    (void)state;
    struct random random;
    random_seed(&random, 1, 0);
    for (int round = 0; round < 3000; round++) {
        char words[256];
        bool packed = round % 2;
        random_words(&random, words, packed);
        struct mpeg4_stream stream = stream_of(words, packed, false);
        assert_true(2 * stream.packet_count < 256);
        const char *reason;
        assert_int_equal(mpeg4_stream_follow(&stream, &reason, NULL), 1);
        uint32_t wanted[64], count = 0;
        uint32_t share = 1 + (uint32_t)random_below(&random, 6);
        for (uint32_t k = 0; k < stream.picture_count; k++) {
            if (random_below(&random, share) == 0) {
                wanted[count++] = k;
            }
        }
        check_plan(&stream, wanted, count);
        mpeg4_stream_clear(&stream);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(orders), cmocka_unit_test(unknown),
        cmocka_unit_test(clocks), cmocka_unit_test(jumps_mind_the_clock),
        cmocka_unit_test(plans),  cmocka_unit_test(random_plans),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
