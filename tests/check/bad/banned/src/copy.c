/* SPDX-License-Identifier: Apache-2.0 */
void bad(char *to, struct key *key)
{
	strcpy(to, "a"); strcat (to, "b");
	sprintf(to, "malloc(1)"); /* strdup(to) */
	vsprintf(to, to, 0);
	gets(to);
	strtok(to, ",");
	free(alloca(atoi(to)));
	key->free(key);
	key.free(key); // calloc(1, 1)
	sqlite3_free(to);
	to = '"' + malloc(3) + realloc(to, '"');
	calloc(1, 2), strdup(to);
}
