// Schedules against PyTorch's, step by step; plateau's memory; what is refused.

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/nn/train/schedule.h"
#include "tests/unit/nn_fixture.h"

// As in make_schedule_golden.py.
enum { STREAM_MEASURED = 61, CASES = 21 };

struct job {
    struct schedule_options options;
    double lr;
    double momentum;
    double steps_per_epoch;
};

static double measured(int epoch)
{
    return 1. / (1 + epoch) + 0.2 * fixture_uniform(STREAM_MEASURED, (uint64_t)epoch);
}

static void set_milestones(struct schedule_options *o, const char *text)
{
    for (char *end; *text; text = *end ? end + 1 : end) {
        o->milestones[o->milestone_count++] = (int)strtol(text, &end, 10);
    }
}

static void set_option(struct job *job, const char *name, const char *text)
{
    struct schedule_options *o = &job->options;
    const struct {
        const char *name;
        double *number;
        int *whole;
        bool *flag;
    } all[] = {
        {.name = "lr", .number = &job->lr},
        {.name = "momentum", .number = &job->momentum},
        {.name = "steps_per_epoch", .number = &job->steps_per_epoch},
        {.name = "epochs", .whole = &o->epochs},
        {.name = "step_size", .whole = &o->step_size},
        {.name = "gamma", .number = &o->gamma},
        {.name = "t_max", .whole = &o->t_max},
        {.name = "eta_min", .number = &o->eta_min},
        {.name = "pct_start", .number = &o->pct_start},
        {.name = "div_factor", .number = &o->div_factor},
        {.name = "final_div_factor", .number = &o->final_div_factor},
        {.name = "linear", .flag = &o->linear},
        {.name = "three_phase", .flag = &o->three_phase},
        {.name = "cycle_momentum", .flag = &o->cycle_momentum},
        {.name = "base_momentum", .number = &o->base_momentum},
        {.name = "max_momentum", .number = &o->max_momentum},
        {.name = "factor", .number = &o->factor},
        {.name = "patience", .whole = &o->patience},
        {.name = "threshold", .number = &o->threshold},
        {.name = "threshold_absolute", .flag = &o->threshold_absolute},
        {.name = "cooldown", .whole = &o->cooldown},
        {.name = "min_lr", .number = &o->min_lr},
        {.name = "larger_is_better", .flag = &o->larger_is_better},
        {.name = "warmup", .whole = &o->warmup},
        {.name = "warmup_start", .number = &o->warmup_start},
    };
    if (strcmp(name, "milestones") == 0) {
        set_milestones(o, text);
        return;
    }
    size_t i = 0;
    while (i < sizeof all / sizeof all[0] && strcmp(all[i].name, name) != 0) {
        i++;
    }
    assert_true(i < sizeof all / sizeof all[0]);
    double value = strtod(text, NULL);
    if (all[i].number) {
        *all[i].number = value;
    } else if (all[i].whole) {
        *all[i].whole = (int)value;
    } else {
        *all[i].flag = value != 0;
    }
}

static struct job parse_job(char *words)
{
    char *rest = NULL;
    char *name = strtok_r(words, " ", &rest);
    int kind = 0;
    while (schedule_names[kind] && strcmp(schedule_names[kind], name) != 0) {
        kind++;
    }
    assert_true(kind < SCHEDULE_KINDS);
    struct job job = {.options = schedule_defaults()};
    job.options.kind = (enum schedule_kind)kind;
    for (char *word; (word = strtok_r(NULL, " ", &rest)) != NULL;) {
        char *sign = strchr(word, '=');
        assert_non_null(sign);
        *sign = 0;
        set_option(&job, word, sign + 1);
    }
    return job;
}

static void compare(double got, char **at, const char *name, int step, const char *what)
{
    double expected = strtod(*at, at);
    if (!(fabs(got - expected) <= 1e-12 * fabs(expected))) {
        fail_msg("%s, step %d: %s %.17g, PyTorch has %.17g", name, step, what, got, expected);
    }
}

static void check_case(const void *context, char *line)
{
    (void)context;
    char shown[128];
    char *bar = strchr(line, '|');
    assert_non_null(bar);
    *bar = 0;
    snprintf(shown, sizeof shown, "%s", line);
    struct job job = parse_job(line);
    struct schedule schedule;
    struct error err = ERROR_INIT;
    int steps = (int)job.steps_per_epoch;
    assert_int_equal(schedule_open(&schedule, &job.options, job.lr, job.momentum,
                                   (uint64_t)steps, &err), 0);
    char *at = bar + 1;
    for (int step = 0; step < job.options.epochs * steps; step++) {
        struct schedule_point point = schedule_at(&schedule, (uint64_t)step);
        compare(point.lr, &at, shown, step, "lr");
        compare(point.momentum, &at, shown, step, "momentum");
        if (step % steps == steps - 1) {
            schedule_epoch_done(&schedule, measured(step / steps));
        }
    }
    assert_true(*at == '\n');
}

static void test_golden(void **state)
{
    (void)state;
    assert_int_equal(fixture_golden_lines("schedules.golden", check_case, NULL), CASES);
}

// What is measured is NaN where there is nothing to measure on: never better.
static void test_plateau_and_nan(void **state)
{
    (void)state;
    struct schedule_options options = schedule_defaults();
    options.kind = SCHEDULE_PLATEAU;
    options.patience = 0;
    options.factor = 0.5;
    struct schedule s;
    struct error err = ERROR_INIT;
    assert_int_equal(schedule_open(&s, &options, 1, 0, 1, &err), 0);
    schedule_epoch_done(&s, 3);
    assert_true(schedule_at(&s, 1).lr == 1);
    schedule_epoch_done(&s, NAN);
    assert_true(schedule_at(&s, 2).lr == 0.5);
    assert_true(s.state.best == 3);
}

// With its state put back, a schedule goes on as if it had never stopped.
static void test_state(void **state)
{
    (void)state;
    struct schedule_options options = schedule_defaults();
    options.kind = SCHEDULE_PLATEAU;
    options.patience = 1;
    options.cooldown = 1;
    options.factor = 0.7;
    struct schedule left, stopped;
    struct error err = ERROR_INIT;
    assert_int_equal(schedule_open(&left, &options, 1, 0, 1, &err), 0);
    for (int epoch = 0; epoch < 20; epoch++) {
        assert_int_equal(schedule_open(&stopped, &options, 1, 0, 1, &err), 0);
        stopped.state = left.state;
        schedule_epoch_done(&left, measured(epoch % 7));
        schedule_epoch_done(&stopped, measured(epoch % 7));
        assert_memory_equal(&left.state, &stopped.state, sizeof left.state);
    }
    assert_true(left.state.lr < 0.5);
}

static void expect_refused(struct schedule_options options, const char *part)
{
    struct schedule s;
    struct error err = ERROR_INIT;
    assert_int_equal(schedule_open(&s, &options, 1, 0, 1, &err), ERR_VALUE);
    if (!strstr(err.text, part)) {
        fail_msg("'%s' lacks '%s'", err.text, part);
    }
}

static void test_refused(void **state)
{
    (void)state;
    struct schedule_options options = schedule_defaults();
    options.step_size = 0;
    expect_refused(options, "step size 0: 1 to");
    options = schedule_defaults();
    options.gamma = NAN;
    expect_refused(options, "gamma");
    options = schedule_defaults();
    options.factor = 1;
    expect_refused(options, "factor 1: 0 to");
    options = schedule_defaults();
    options.pct_start = 1.1;
    expect_refused(options, "pct_start 1.1");
    options = schedule_defaults();
    options.kind = SCHEDULE_MULTISTEP;
    expect_refused(options, "0 milestones");
    options.milestone_count = 2;
    options.milestones[0] = options.milestones[1] = 3;
    expect_refused(options, "milestone 3: epochs from 1 on are needed, in ascending order");
    options = schedule_defaults();
    options.warmup = -1;
    expect_refused(options, "warm-up -1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden),
        cmocka_unit_test(test_plateau_and_nan),
        cmocka_unit_test(test_state),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
