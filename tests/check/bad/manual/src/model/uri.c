/* SPDX-License-Identifier: Apache-2.0 */
    {"token", false, set_text},
    {"serial", false, set_text},
    {"pin", true, set_text},
