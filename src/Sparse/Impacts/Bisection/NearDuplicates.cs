using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Sparse.Impacts.Bisection;

/// <summary>Documents that have most of their terms in common, in small groups that <see cref="GraphBisection"/> moves as one.</summary>
/// <remarks>
/// <para>Each alone gains next to nothing on either side once a split has settled, so that every level parts some of them, for good.
/// Found by minimal hashes (Broder, On the resemblance and containment of documents, 1997): documents are sorted by one over their rare
/// terms, then by one over all, and compared with the next few, in rounds with other hashes.</para>
/// <para>2026-12-01, pairs alike that end in one leaf, and bytes a posting: 1,540,000 documents in fours (`scale.sh docs.bin docs4.bin 4`)
/// 55 % and 2.96 without, 71 % and 2.87 with three rounds over all terms and two fifths shared, 89 % and 2.75 with eight rounds, rare terms first, six
/// neighbours and three tenths (three such rounds: 81 % and 2.81; twelve: 90 % and 2.74; a quarter shared: 86 % and 2.76). A first order by minimal hashes instead:
/// 2.96. Copies side by side by their making: 2.56.</para>
/// </remarks>
internal sealed class NearDuplicates
{
    private const int Rounds = 8;
    private const int Neighbours = 6;
    private const int Chunk = 4096;

    // Of the first terms of a row this many at least have to be shared before all are looked at: of those alike one in a thousand has fewer.
    private const int Glance = 16;
    private const int LeastAtAGlance = 2;

    // Terms are rare that are in so few documents that they make up this share of all postings.
    private const double RareShare = .25;

    // Below this share of the documents in groups nothing is gained.
    private const double LeastShare = .02;

    private const int Alone = -1;

    /// <summary>What a term tells of who is alike.</summary>
    private enum Weight : byte
    {
        /// <summary>Nothing: it is in too few documents, or in half of them.</summary>
        None,

        /// <summary>Something.</summary>
        Usual,

        /// <summary>Much: it is in few documents.</summary>
        Rare,
    }

    // [documents]: the number of its group, or Alone.
    private readonly int[] _groups;
    private readonly int _count;

    private NearDuplicates(int[] groups, int count) => (_groups, _count) = (groups, count);

    /// <summary>Groups the documents of some rows; the same groups for the same rows on any number of threads.</summary>
    /// <param name="rows">Not changed.</param>
    /// <param name="options">Leaves, of which a group takes half at most, and threads.</param>
    /// <param name="cancellation">Looked at between rounds.</param>
    /// <returns>The groups; null where too few documents are alike.</returns>
    internal static NearDuplicates? Find(ForwardRows rows, BisectionOptions options, CancellationToken cancellation)
    {
        // Of a root minus the number of its documents, of others their parent.
        var sets = new int[rows.DocCount];
        Array.Fill(sets, -1);
        var keys = new ulong[rows.DocCount];
        var order = new int[rows.DocCount];
        var marks = new int[rows.TermCount];
        Weight[] weights = Weigh(rows, options.MinDocFrequency);
        for (int round = 0; round < Rounds; round++)
        {
            cancellation.ThrowIfCancellationRequested();
            Hash(rows, weights, round, options.Threads, keys);
            for (int i = 0; i < order.Length; i++)
            {
                order[i] = i;
            }

            Array.Sort(keys, order);
            Array.Clear(marks);
            Join(rows, weights, keys, order, marks, sets, Math.Max(2, options.LeafSize / 2));
        }

        return Number(sets);
    }

    /// <summary>Sums for <see cref="Share"/>; one thread's.</summary>
    internal Sum[] Sums() => new Sum[_count];

    /// <summary>Gives all documents of a group that are in a range the mean of their keys, so that they go the same way.</summary>
    /// <param name="order">Documents of the range.</param>
    /// <param name="leftCount">Documents in the left half.</param>
    /// <param name="margin">What <see cref="BisectionExchange.Find"/> will add to the keys of the right half: a group in both halves goes by the middle.</param>
    /// <param name="keys">Their keys, see there.</param>
    /// <param name="sums">From <see cref="Sums"/>; zeros before and after.</param>
    internal void Share(ReadOnlySpan<int> order, int leftCount, int margin, Span<int> keys, Sum[] sums)
    {
        for (int i = 0; i < order.Length; i++)
        {
            int group = _groups[order[i]];
            if (group != Alone)
            {
                ref Sum sum = ref sums[group];
                sum.Keys += keys[i];
                sum.Documents++;
                sum.Left += i < leftCount ? 1 : 0;
            }
        }

        for (int i = 0; i < order.Length; i++)
        {
            int group = _groups[order[i]];
            if (group != Alone)
            {
                ref Sum sum = ref sums[group];
                keys[i] = (int)(sum.Keys / sum.Documents);
                if (sum.Left > 0 && sum.Left < sum.Documents)
                {
                    // Where halves mirror each other all groups would come to the same: every other one goes right.
                    keys[i] += (i < leftCount ? margin / 2 : -margin / 2) + (group % 2 == 0 ? -1 : 1);
                }
            }
        }

        foreach (int document in order)
        {
            if (_groups[document] != Alone)
            {
                sums[_groups[document]] = default;
            }
        }
    }

    private static Weight[] Weigh(ForwardRows rows, int minDocFrequency)
    {
        var frequencies = new int[rows.TermCount];
        foreach (ushort term in rows.Terms.Span)
        {
            frequencies[term]++;
        }

        int[] told = [.. frequencies.Where(Tells).Order()];
        long left = (long)(told.Sum(frequency => (long)frequency) * RareShare);
        int most = 0;
        foreach (int frequency in told)
        {
            left -= frequency;
            most = left >= 0 ? frequency : most;
        }

        return Array.ConvertAll(frequencies, frequency => !Tells(frequency) ? Weight.None : frequency <= most ? Weight.Rare : Weight.Usual);

        bool Tells(int frequency) => frequency >= minDocFrequency && frequency <= rows.DocCount / 2;
    }

    // The smallest hash over a document's rare terms, the largest number for one without, and the smallest over all.
    private static void Hash(ForwardRows rows, Weight[] weights, int round, int threads, ulong[] keys)
    {
        var hashes = new (uint First, uint Second)[rows.TermCount];
        for (int term = 0; term < hashes.Length; term++)
        {
            hashes[term] = (weights[term] == Weight.Rare ? Mix(term, (uint)(2 * round)) : uint.MaxValue,
                weights[term] != Weight.None ? Mix(term, (uint)((2 * round) + 1)) : uint.MaxValue);
        }

        int chunks = (keys.Length + Chunk - 1) / Chunk;
        Parallel.For(0, chunks, new ParallelOptions { MaxDegreeOfParallelism = threads }, chunk =>
        {
            for (int document = chunk * Chunk; document < Math.Min(keys.Length, (chunk + 1) * Chunk); document++)
            {
                uint first = uint.MaxValue, second = uint.MaxValue;
                foreach (ushort term in Row(rows, document))
                {
                    (uint one, uint two) = hashes[term];
                    (first, second) = (Math.Min(first, one), Math.Min(second, two));
                }

                keys[document] = ((ulong)first << 32) | second;
            }
        });
    }

    // Any good mixing of bits does; this is the finalizer of MurmurHash3 (Appleby, public domain).
    private static uint Mix(int term, uint seed)
    {
        unchecked
        {
            uint hash = (uint)term + (seed * 0x9E3779B9) + 1;
            hash = (hash ^ (hash >> 16)) * 0x85EBCA6B;
            hash = (hash ^ (hash >> 13)) * 0xC2B2AE35;
            return hash ^ (hash >> 16);
        }
    }

    private static void Join(ForwardRows rows, Weight[] weights, ulong[] keys, int[] order, int[] marks, int[] sets, int mostDocuments)
    {
        for (int i = 0; i < order.Length && keys[i] >> 32 != uint.MaxValue; i++)
        {
            ReadOnlySpan<ushort> row = Row(rows, order[i]);
            int marked = 0;
            for (int j = i + 1; j < Math.Min(order.Length, i + 1 + Neighbours) && keys[j] >> 32 == keys[i] >> 32; j++)
            {
                int one = Root(sets, order[i]), other = Root(sets, order[j]);
                if (one == other || -(sets[one] + sets[other]) > mostDocuments)
                {
                    continue;
                }

                if (marked == 0)
                {
                    foreach (ushort term in row)
                    {
                        marks[term] = i + 1;
                        marked += weights[term] != Weight.None ? 1 : 0;
                    }
                }

                ReadOnlySpan<ushort> next = Row(rows, order[j]);
                if (next.Length >= 2 * Glance && Shared(next[..Glance], weights, marks, i + 1).Shared < LeastAtAGlance)
                {
                    continue;
                }

                (int shared, int told) = Shared(next, weights, marks, i + 1);
                int both = marked + told;

                // Three tenths of all terms of both are shared.
                if (13L * shared >= 3L * both)
                {
                    (int root, int child) = (Math.Min(one, other), Math.Max(one, other));
                    sets[root] += sets[child];
                    sets[child] = root;
                }
            }
        }
    }

    // How many terms of a row are marked, of those that tell something.
    private static (int Shared, int Told) Shared(ReadOnlySpan<ushort> row, Weight[] weights, int[] marks, int mark)
    {
        int shared = 0, told = 0;
        foreach (ushort term in row)
        {
            int tells = weights[term] != Weight.None ? 1 : 0;
            shared += marks[term] == mark ? tells : 0;
            told += tells;
        }

        return (shared, told);
    }

    private static int Root(int[] sets, int document)
    {
        while (sets[document] >= 0)
        {
            document = sets[document];
        }

        return document;
    }

    private static NearDuplicates? Number(int[] sets)
    {
        var groups = new int[sets.Length];
        int count = 0, grouped = 0;
        for (int document = 0; document < sets.Length; document++)
        {
            // A root is the first of its documents.
            groups[document] = sets[document] >= 0 ? groups[Root(sets, document)] : sets[document] < -1 ? count++ : Alone;
            grouped += groups[document] == Alone ? 0 : 1;
        }

        return grouped < sets.Length * LeastShare ? null : new NearDuplicates(groups, count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ReadOnlySpan<ushort> Row(ForwardRows rows, int document)
    {
        ReadOnlySpan<long> starts = rows.Starts.Span;
        return rows.Terms.Span[(int)starts[document]..(int)starts[document + 1]];
    }

    /// <summary>What the documents of one group in a range come to.</summary>
    [StructLayout(LayoutKind.Auto)]
    internal struct Sum
    {
        internal long Keys;
        internal int Documents;
        internal int Left;
    }
}
