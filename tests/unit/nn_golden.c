#include "tests/unit/nn_golden.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static void read_part(void *to, size_t size, size_t count, FILE *file)
{
    if (fread(to, size, count, file) != count) {
        fprintf(stderr, "tutorial.golden is too short\n");
        abort();
    }
}

struct golden *golden_read(void)
{
    const char *root = getenv("TRIPTYCH_SOURCE_ROOT");
    char path[4096];
    snprintf(path, sizeof path, "%s/tests/golden/tutorial.golden", root ? root : ".");
    FILE *file = fopen(path, "rb");
    struct golden *golden = malloc(sizeof *golden);
    if (!file || !golden) {
        fprintf(stderr, "%s: cannot read it (TRIPTYCH_SOURCE_ROOT names the source tree)\n",
                path);
        abort();
    }
    read_part(golden->losses, sizeof(double), GOLDEN_STEPS, file);
    read_part(golden->gradient, sizeof(double), GOLDEN_PARAMETERS, file);
    read_part(golden->last, sizeof(double), GOLDEN_PARAMETERS, file);
    read_part(&golden->float_loss, sizeof(double), 1, file);
    read_part(golden->float_gradient, sizeof(float), GOLDEN_PARAMETERS, file);
    if (fgetc(file) != EOF) {
        fprintf(stderr, "%s is too long\n", path);
        abort();
    }
    fclose(file);
    return golden;
}

struct net *golden_net(void)
{
    struct net *net = fixture_net("conv 7x7x8\nrelu\nmaxpool 2\nconv 7x7x16\nrelu\nmaxpool 2\n"
                                  "flatten\nrelu\nlinear", (struct net_input){3, 64, 64}, 10);
    fixture_fill_parameters(net);
    return net;
}

struct fixture_data golden_data(void)
{
    return fixture_data_make(100, 3, 64, 64, 10);
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
