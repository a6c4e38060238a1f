using System.Diagnostics;
using Lucene.Net.Index;
using Lucene.Net.Store;
using Sparse.Impacts;
using Sparse.LuceneNet;
using Sparse.LuceneNet.Postings;
using Sparse.LuceneNet.Postings.Version2;
using Sparse.LuceneNet.Queries;
using Sparse.LuceneNet.Storage;

namespace Sparse.Chaos;

/// <summary>What the checksums cost: when an index is opened, and when its terms are first read.</summary>
internal static unsafe class OpeningCost
{
    /// <summary>Measures an index whose files are in memory, and prints the medians.</summary>
    /// <param name="folder">The index.</param>
    /// <param name="rounds">How often each is measured, in turns.</param>
    /// <returns>0.</returns>
    public static int Measure(string folder, int rounds)
    {
        SparseCodec.Register();
        using FSDirectory plain = FSDirectory.Open(folder);
        long bytes = new DirectoryInfo(folder).GetFiles().Sum(file => file.Length);
        List<double> without = [], with = [], whole = [], first = [], sums = [];
        for (int round = 0; round <= rounds; round++)
        {
            without.Add(Time(() => DirectoryReader.Open(plain).Dispose()));
            with.Add(Time(() =>
            {
                using var directory = new CheckedDirectory(FSDirectory.Open(folder));
                DirectoryReader.Open(directory).Dispose();
            }));
            whole.Add(Time(() =>
            {
                using var directory = new CheckedDirectory(FSDirectory.Open(folder));
                foreach (string file in directory.ListAll().Where(file => !file.StartsWith("segments", StringComparison.Ordinal) && file != "write.lock"))
                {
                    directory.Require(file);
                }
            }));
            using DirectoryReader reader = DirectoryReader.Open(plain);
            foreach (MappedImpacts impacts in reader.Leaves.Select(leaf => ImpactTerms.Of(leaf.AtomicReader, SparseFields.Sparse)?.Mapped).OfType<MappedImpacts>())
            {
                ImpactSegment segment = impacts.Segment;
                var check = new ImpactSegmentCheck(segment);
                first.Add(Time(() =>
                {
                    for (int term = 0; term < segment.Terms; term++)
                    {
                        check.Term(term);
                    }
                }));
                long end = (byte*)segment.Records - segment.Data;
                sums.Add(Time(() =>
                {
                    for (long at = 0; at < end; at += 1 << 16)
                    {
                        Crc32C.Of(new ReadOnlySpan<byte>(segment.Data + at, (int)Math.Min(1 << 16, end - at)));
                    }
                }));
            }
        }

        Console.Out.WriteLine($"{folder}: {bytes / 1e6:F0} MB, medians of {rounds} after one to warm up");
        Console.Out.WriteLine($"opening without checksums {Median(without):F1} ms, with {Median(with):F1} ms; every byte of every file {Median(whole):F1} ms ({bytes / 1e6 / Median(whole):F1} GB/s)");
        Console.Out.WriteLine($"first reading of all terms of a segment {Median(first):F1} ms, of which checksums {Median(sums):F1} ms");
        return 0;
    }

    private static double Time(Action action)
    {
        var watch = Stopwatch.StartNew();
        action();
        return watch.Elapsed.TotalMilliseconds;
    }

    private static double Median(List<double> values)
    {
        double[] sorted = [.. values.Skip(values.Count > 1 ? 1 : 0).Order()];
        return sorted[sorted.Length / 2];
    }
}
