/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What finding costs among so many: one process of one module, $CCM_MODULE.
 *
 *	bench_scale choose FILE N     N certificates of the token PCA, what to find them by
 *	bench_scale find FILE         one find after the other, by each of it
 *	bench_scale list              all objects and their labels
 *
 * Prints $CCM_BENCH_SIZE <tab> WHAT <tab> WAY <tab> FIGURE <tab> UNIT. Finding is measured twice:
 * what this process meets for the first time, and what it has met.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <p11-kit/pkcs11.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define VALUES_MAX 4096

static const struct way {
	const char *name;
	CK_ATTRIBUTE_TYPE types[2];
	size_t count;
} ways[] = {
    {"label", {CKA_LABEL}, 1},
    {"id", {CKA_ID}, 1},
    {"subject", {CKA_SUBJECT}, 1},
    {"issuer+serial", {CKA_ISSUER, CKA_SERIAL_NUMBER}, 2},
    {"key", {CKA_PUBLIC_KEY_INFO}, 1},
    {"fingerprint", {CKA_VALUE}, 1},
};

struct value {
	CK_ULONG len;
	unsigned char data[VALUES_MAX];
};

static CK_FUNCTION_LIST *p11;
static CK_SESSION_HANDLE session;

static void
need(CK_RV rv, const char *what)
{
	if (rv == CKR_OK)
		return;
	fprintf(stderr, "bench_scale: %s: 0x%lx\n", what, rv);
	exit(1);
}

static double
now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static void
tell(const char *what, const char *way, double figure, const char *unit)
{
	printf("%s\t%s\t%s\t%.4f\t%s\n", getenv("CCM_BENCH_SIZE"), what, way, figure, unit);
}

static double
resident_mib(void)
{
	FILE *file = fopen("/proc/self/statm", "r");
	long pages = 0;

	if (file == NULL || fscanf(file, "%*d %ld", &pages) != 1)
		exit(1);
	fclose(file);
	return (double)pages * 4096 / 1048576;
}

static void
begin(void)
{
	CK_RV (*list)(CK_FUNCTION_LIST **);
	void *module = dlopen(getenv("CCM_MODULE"), RTLD_NOW);
	CK_SLOT_ID slots[8];
	CK_ULONG count = COUNT(slots);
	CK_TOKEN_INFO info;

	if (module == NULL || (*(void **)&list = dlsym(module, "C_GetFunctionList")) == NULL)
		exit(1);
	need(list(&p11), "C_GetFunctionList");
	need(p11->C_Initialize(NULL), "C_Initialize");
	need(p11->C_GetSlotList(CK_TRUE, slots, &count), "C_GetSlotList");
	for (CK_ULONG i = 0; i < count; i++) {
		need(p11->C_GetTokenInfo(slots[i], &info), "C_GetTokenInfo");
		if (memcmp(info.label, "PCA ", 4) == 0)
			need(p11->C_OpenSession(slots[i], CKF_SERIAL_SESSION, NULL, NULL, &session),
			    "C_OpenSession");
	}
}

static CK_ULONG
find(CK_ATTRIBUTE *template, CK_ULONG count, CK_OBJECT_HANDLE *handles, CK_ULONG room)
{
	CK_ULONG found = 0;

	need(p11->C_FindObjectsInit(session, template, count), "C_FindObjectsInit");
	need(p11->C_FindObjects(session, handles, room, &found), "C_FindObjects");
	need(p11->C_FindObjectsFinal(session), "C_FindObjectsFinal");
	return found;
}

static CK_OBJECT_CLASS class_certificate = CKO_CERTIFICATE;

/* Certificates of the account, evenly among all. */
static void
choose(const char *path, size_t wanted)
{
	static CK_OBJECT_HANDLE handles[200000];
	CK_ATTRIBUTE certificates = {CKA_CLASS, &class_certificate, sizeof(class_certificate)};
	CK_ULONG count = find(&certificates, 1, handles, COUNT(handles));
	FILE *file = fopen(path, "wb");
	static struct value value;

	wanted = wanted < count ? wanted : count;
	for (size_t i = 0; i < wanted; i++)
		for (size_t j = 0; j < COUNT(ways); j++)
			for (size_t k = 0; k < ways[j].count; k++) {
				CK_ATTRIBUTE one = {ways[j].types[k], value.data, VALUES_MAX};

				need(p11->C_GetAttributeValue(
					 session, handles[i * count / wanted], &one, 1),
				    "C_GetAttributeValue");
				value.len = one.ulValueLen;
				fwrite(&value, sizeof(value), 1, file);
			}
	fclose(file);
}

static struct value *
load(const char *path, size_t *rows, size_t row_values)
{
	FILE *file = fopen(path, "rb");
	long size;
	struct value *values;

	if (file == NULL || fseek(file, 0, SEEK_END) != 0)
		exit(1);
	size = ftell(file);
	rewind(file);
	values = malloc((size_t)size + 1);
	*rows = fread(values, sizeof(*values), (size_t)size / sizeof(*values), file) / row_values;
	fclose(file);
	return values;
}

static void
find_one(const struct way *way, struct value *values)
{
	CK_ATTRIBUTE template[3] = {{CKA_CLASS, &class_certificate, sizeof(class_certificate)}};
	CK_OBJECT_HANDLE handles[4];

	for (size_t k = 0; k < way->count; k++)
		template[k + 1] = (CK_ATTRIBUTE){way->types[k], values[k].data, values[k].len};
	if (find(template, way->count + 1, handles, 4) == 0) {
		fprintf(stderr, "bench_scale: nothing is found by %s\n", way->name);
		exit(1);
	}
}

static int
compare(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;

	return (a > b) - (a < b);
}

/* Half of them for each way's first meeting, since the others have met them then. */
static void
measure(const struct way *way, struct value *values, size_t rows, size_t row_values)
{
	double *times = malloc((rows + 1) * sizeof(*times));
	size_t index = (size_t)(way - ways), n = 0;
	char what[40];

	for (int round = 0; round < 2; round++) {
		n = 0;
		for (size_t i = index; i < rows; i += COUNT(ways)) {
			double start = now_us();

			find_one(way, &values[i * row_values]);
			times[n++] = now_us() - start;
		}
		qsort(times, n, sizeof(*times), compare);
		snprintf(what, sizeof(what), "find by %s", way->name);
		tell(what, round == 0 ? "ccm, first" : "ccm, again", times[n / 2], "us");
	}
	free(times);
}

static void
find_all_ways(const char *path)
{
	size_t rows, row_values = 0, at = 0;
	struct value *values;
	double start;

	for (size_t i = 0; i < COUNT(ways); i++)
		row_values += ways[i].count;
	values = load(path, &rows, row_values);
	start = now_us();
	begin();
	find_one(&ways[0], values);
	tell("C_Initialize to first object", "ccm", (now_us() - start) / 1e3, "ms");
	for (size_t i = 0; i < COUNT(ways); at += ways[i++].count)
		measure(&ways[i], values + at, rows, row_values);
	free(values);
}

static void
list(void)
{
	static CK_OBJECT_HANDLE handles[700000];
	static unsigned char label[256];
	double start = now_us(), before;
	CK_ULONG count;

	begin();
	before = resident_mib();
	count = find(NULL, 0, handles, COUNT(handles));
	for (CK_ULONG i = 0; i < count; i++) {
		CK_ATTRIBUTE one = {CKA_LABEL, label, sizeof(label)};

		p11->C_GetAttributeValue(session, handles[i], &one, 1);
	}
	tell("listing all names", "ccm", (now_us() - start) / 1e3, "ms");
	tell("objects", "ccm", (double)count, "");
	tell("resident memory", "ccm", resident_mib() - (double)(count * 8) / 1048576, "MB");
	tell("memory an object", "ccm",
	    (resident_mib() - before - (double)(count * 8) / 1048576) * 1024 / (double)count, "kB");
}

int
main(int argc, char **argv)
{
	if (argc == 4 && strcmp(argv[1], "choose") == 0) {
		begin();
		choose(argv[2], strtoul(argv[3], NULL, 10));
	} else if (argc == 3 && strcmp(argv[1], "find") == 0) {
		find_all_ways(argv[2]);
	} else if (argc == 2 && strcmp(argv[1], "list") == 0) {
		list();
	} else {
		fprintf(stderr, "usage: bench_scale choose FILE N | find FILE | list\n");
		return 2;
	}
	return 0;
}
