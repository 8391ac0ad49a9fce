/* SPDX-License-Identifier: Apache-2.0 */
static int
parameters(int a, int (*b)(int, int), int c, int d, int e)
{
	return 0;
}

static int
too_many(int a, int (*b)(int, int), int c, int d, int e, int f)
{
	return 0;
}

static int
a_callback(int a, int b, int c, int d, int e, int f)
{
	return 0;
}

CK_RV
C_WrapKey(int a, int b, int c, int d, int e, int f)
{
	install(a_callback);
	return 0;
}

static void
deep(int a)
{
	static const struct x table[] = {{{{{{1}}}}}};

	/* { { { { { { { */
	print("{ { { { { { {", '{');
	if (a) {
		for (;;) {
			if (a) {
				use((struct y){{{1}}});
			}
		}
	}
}

static void
too_deep(int a)
{
	if (a) {
		do {
			switch (a) {
			case 1: {
				use(a);
			}
			}
		} while (a);
	}
}

static void
long_enough(void)
{
	use(1);
	use(2);
	use(3);
	use(4);
	use(5);
	use(6);
	use(7);
	use(8);
	use(9);
	use(10);
	use(11);
	use(12);
	use(13);
	use(14);
	use(15);
	use(16);
	use(17);
	use(18);
	use(19);
	use(20);
	use(21);
	use(22);
	use(23);
	use(24);
	use(25);
	use(26);
	use(27);
	use(28);
	use(29);
	use(30);
	use(31);
	use(32);
	use(33);
	use(34);
	use(35);
	use(36);
	use(37);
	use(38);
	use(39);
	use(40);
	use(41);
	use(42);
	use(43);
	use(44);
	use(45);
	use(46);
	use(47);
	use(48);
	use(49);
	use(50);
	use(51);
	use(52);
	use(53);
	use(54);
	use(55);
	use(56);
	use(57);
	use(58);
	use(59);
	use(60);
	use(61);
	use(62);
	use(63);
	use(64);
	use(65);
	use(66);
	use(67);
	use(68);
	use(69);
	use(70);
	use(71);
	use(72);
	use(73);
	use(74);
	use(75);
	use(76);
	use(77);
}

static void
too_long(void)
{
	use(1);
	use(2);
	use(3);
	use(4);
	use(5);
	use(6);
	use(7);
	use(8);
	use(9);
	use(10);
	use(11);
	use(12);
	use(13);
	use(14);
	use(15);
	use(16);
	use(17);
	use(18);
	use(19);
	use(20);
	use(21);
	use(22);
	use(23);
	use(24);
	use(25);
	use(26);
	use(27);
	use(28);
	use(29);
	use(30);
	use(31);
	use(32);
	use(33);
	use(34);
	use(35);
	use(36);
	use(37);
	use(38);
	use(39);
	use(40);
	use(41);
	use(42);
	use(43);
	use(44);
	use(45);
	use(46);
	use(47);
	use(48);
	use(49);
	use(50);
	use(51);
	use(52);
	use(53);
	use(54);
	use(55);
	use(56);
	use(57);
	use(58);
	use(59);
	use(60);
	use(61);
	use(62);
	use(63);
	use(64);
	use(65);
	use(66);
	use(67);
	use(68);
	use(69);
	use(70);
	use(71);
	use(72);
	use(73);
	use(74);
	use(75);
	use(76);
	use(77);
	use(78);
}
