# SPDX-License-Identifier: Apache-2.0
# How what costs time grows with the account: data (scale.py's), out (without .svg and .png).
set logscale xy
set xlabel 'certificates in the account'
set ylabel 'microseconds'
set key outside right
set grid
set datafile separator "\t"
names = system(sprintf("cut -f1 '%s.list'", data))
title_of(name) = system(sprintf("awk -F'\\t' '$1 == \"%s\" { print $2 }' '%s.list'", name, data))
set datafile separator whitespace
do for [terminal in 'svg png'] {
	if (terminal eq 'svg') { set terminal svg size 1000,560 background rgb 'white' } else { set terminal pngcairo size 1000,560 }
	set output sprintf('%s.%s', out, terminal)
	plot for [name in names] sprintf('%s.%s.dat', data, name) using 1:2 with linespoints title title_of(name) noenhanced
}
