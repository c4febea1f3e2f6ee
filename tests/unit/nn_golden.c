#include "tests/unit/nn_golden.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void read_part(void *to, size_t size, size_t count, FILE *file)
{
    if (fread(to, size, count, file) != count) {
        fprintf(stderr, "tutorial.golden is too short\n");
        abort();
    }
}

struct golden *golden_read(void)
{
    FILE *file = fixture_golden("tutorial.golden");
    struct golden *golden = malloc(sizeof *golden);
    if (!golden) {
        fprintf(stderr, "out of memory\n");
        abort();
    }
    read_part(golden->losses, sizeof(double), GOLDEN_STEPS, file);
    read_part(golden->gradient, sizeof(double), GOLDEN_PARAMETERS, file);
    read_part(golden->last, sizeof(double), GOLDEN_PARAMETERS, file);
    read_part(&golden->float_loss, sizeof(double), 1, file);
    read_part(golden->float_gradient, sizeof(float), GOLDEN_PARAMETERS, file);
    if (fgetc(file) != EOF) {
        fprintf(stderr, "tutorial.golden is too long\n");
        abort();
    }
    fclose(file);
    return golden;
}

struct net *golden_net(void)
{
    struct net *net = fixture_net("conv 7x7x8\nrelu\nmaxpool 2\nconv 7x7x16\nrelu\nmaxpool 2\n"
                                  "flatten\nrelu\nlinear", (struct net_input){3, 64, 64, 1}, 10);
    fixture_fill_parameters(net);
    return net;
}

// A sample is a clip of its own, named by its number.
static struct pack_clip clip_of(const void *context, size_t index)
{
    static char path[32];
    const struct fixture_data *data = context;
    snprintf(path, sizeof path, "%05zu", index);
    return (struct pack_clip){path, "", data->labels[index]};
}

static int write_pack(const char *path, const struct fixture_data *data, struct error *err)
{
    static const char *const classes[] = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"};
    const struct dataset *set = &data->data;
    const struct pack_plan plan = {
        .clips = set->samples,
        .samples = 1,
        .frames = set->frames_per_sample,
        .height = set->height,
        .width = set->width,
        .classes = classes,
        .class_count = 10,
        .clip = clip_of,
        .context = data,
    };
    size_t sample = (size_t)(set->frames_per_sample * set->height * set->width * 3);
    struct sandbox sandbox = sandbox_defaults();
    struct pack_writer *writer = NULL;
    int code = pack_create(&writer, path, true, &plan, err);
    for (size_t i = 0; code == 0 && i < set->samples; i++) {
        const struct pack_result result = {.message = "", .pixels = set->frames + i * sample};
        code = pack_put(writer, i, &result, err);
    }
    code = code < 0 ? code : pack_finish(&writer, &sandbox, err);
    pack_abandon(&writer);
    return code;
}

struct pack *golden_pack(void)
{
    const char *folder = getenv("TMPDIR");
    char path[4096];
    snprintf(path, sizeof path, "%s/golden-%ld.h5", folder ? folder : "/tmp", (long)getpid());
    struct fixture_data data = fixture_data_make(100, 3, 64, 64, 10);
    struct sandbox sandbox = sandbox_defaults();
    struct error err = ERROR_INIT;
    struct pack *pack = NULL;
    int code = write_pack(path, &data, &err);
    code = code < 0 ? code : pack_open(&pack, path, &sandbox, &err);
    unlink(path);
    fixture_data_free(&data);
    if (code < 0) {
        fprintf(stderr, "%s\n", err.text);
        abort();
    }
    return pack;
}

struct subset golden_rows(const struct pack *pack)
{
    uint32_t *rows = malloc(pack->data.samples * sizeof *rows);
    if (!rows) {
        abort();
    }
    for (size_t i = 0; i < pack->data.samples; i++) {
        rows[i] = (uint32_t)i;
    }
    return (struct subset){rows, pack->data.samples};
}

double golden_distance(const double *a, const double *b, size_t count)
{
    double difference = 0;
    double size = 0;
    for (size_t i = 0; i < count; i++) {
        difference += (a[i] - b[i]) * (a[i] - b[i]);
        size += b[i] * b[i];
    }
    return sqrt(difference / size);
}
