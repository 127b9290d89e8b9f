#!/usr/bin/env perl
# SPDX-License-Identifier: Apache-2.0
#
# render.pl [--repeat N] DOCUMENT TABLE: replaces text, values escaped already.
use strict;
use warnings;
use Time::HiRes qw(clock_gettime CLOCK_MONOTONIC);

my $repeat = 0;
if ($ARGV[0] eq '--repeat') { shift; $repeat = shift; }
my ($document, $table) = @ARGV;

open(my $values_file, '<:raw', $table) or die;
my %values;
while (my $line = <$values_file>) {
  chomp $line;
  my ($name, $value) = split /\t/, $line, 2;
  $values{$name} = $value;
}
open(my $file, '<:raw', $document) or die;
local $/;
my $text = <$file>;

sub render {
  my $out = $text;
  $out =~ s/<<[ \t]*SECRETS\.([A-Za-z0-9_-]+\.[A-Za-z0-9_-]+)[ \t]*>>/$values{$1}/ge;
  return $out;
}

if (!$repeat) {
  binmode STDOUT;
  print render();
  exit 0;
}
my $best = 9e9;
for (1 .. $repeat) {
  my $began = clock_gettime(CLOCK_MONOTONIC);
  render();
  my $taken = clock_gettime(CLOCK_MONOTONIC) - $began;
  $best = $taken if $taken < $best;
}
printf "%.0f\n", $best * 1e9;
