/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A fuzzer without the fuzzing: each argument is an input, or a folder of them. Run by the plain
 * tests on each corpus, and by hand on what libFuzzer found.
 */

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "input.h"

static size_t count;

static void
replay_file(const char *path)
{
	static uint8_t data[1 << 20];
	FILE *file = fopen(path, "rb");
	uint8_t *exact;
	size_t size;

	if (file == NULL) {
		perror(path);
		exit(2);
	}
	size = fread(data, 1, sizeof(data), file);
	fclose(file);
	/* of its exact size, so that the address sanitizer sees who reads past its end */
	exact = input_keep(data, size);
	LLVMFuzzerTestOneInput(exact, size);
	free(exact);
	count++;
}

static void
replay_folder(const char *path)
{
	struct dirent **entries;
	int found = scandir(path, &entries, NULL, alphasort);

	for (int i = 0; i < found; i++) {
		char name[4096];

		snprintf(name, sizeof(name), "%s/%s", path, entries[i]->d_name);
		if (entries[i]->d_name[0] != '.')
			replay_file(name);
		free(entries[i]);
	}
	if (found >= 0)
		free(entries);
}

int
main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		struct stat info;

		if (stat(argv[i], &info) == 0 && S_ISDIR(info.st_mode))
			replay_folder(argv[i]);
		else
			replay_file(argv[i]);
	}
	printf("%zu inputs\n", count);
	return count != 0 ? 0 : 1;
}
