#include "tools/common/program.h"
#include "tools/pack/verb.h"

int main(int argc, char **argv)
{
    program_start();
    return (int)verbs_run(&pack_command, argc, argv);
}
