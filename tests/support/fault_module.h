/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CCM_TEST_FAULT_MODULE_H
#define CCM_TEST_FAULT_MODULE_H

/*
 * A PKCS#11 module for tests: the one that $FAULT_MODULE_BEHIND names, with faults on demand. Tests
 * in the same process command it through these functions, found with dlsym().
 */

/* The next `times` calls of this C_ function answer rv without reaching the module behind. */
typedef void (*fault_module_answer_fn)(const char *function, unsigned long rv, unsigned times);
/* From now on every call answers CKR_DEVICE_REMOVED, until the module was finalised. */
typedef void (*fault_module_remove_fn)(void);
/* Every token has these CKF_* in addition. */
typedef void (*fault_module_flags_fn)(unsigned long flags);
/* This mechanism is not in the list, and refused. */
typedef void (*fault_module_hide_fn)(unsigned long mechanism);
/* C_Initialize refuses to lock; calls that overlap are counted. */
typedef void (*fault_module_single_fn)(int single);
/* How many more sessions can be opened; -1: any number. */
typedef void (*fault_module_sessions_fn)(int more);
/* How often a C_ function was called; "overlap": how often two threads were inside. */
typedef unsigned (*fault_module_count_fn)(const char *what);
/* Forget everything, counts too. */
typedef void (*fault_module_reset_fn)(void);

#endif
