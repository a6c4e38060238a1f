using System.Runtime.InteropServices;
using Sparse.Impacts;
using Sparse.Search;
using Sparse.Vectors;

namespace Sparse.Tests.Search;

/// <summary>A small random collection, cut into segments in random orders, its terms dealt out to one to three fields, with some
/// documents not accepted, and a query.</summary>
internal sealed unsafe class ToyIndex : IDisposable
{
    private readonly List<ImpactSegment?[]> _segments = [];
    private readonly List<uint[]?> _accept = [];
    private readonly List<int> _bases = [];
    private readonly List<int> _sizes = [];
    private readonly ImpactVector?[] _oracle;
    private readonly int _terms;
    private readonly int _fields;

    public ToyIndex(int seed, int maxDocuments = 700)
    {
        var random = new Random(seed);
        int documents = random.Next(4) == 0 ? random.Next(8) : random.Next(1, maxDocuments);
        _terms = random.Next(1, random.Next(3) == 0 ? 150 : 12);
        _fields = random.Next(2) == 0 ? 1 : random.Next(2, 4);
        int distinct = random.Next(1, 5);
        int[] palette = [.. Enumerable.Range(0, distinct).Select(_ => random.Next(6) == 0 ? 255 : random.Next(1, 256))];
        double[] density = [.. Enumerable.Range(0, _terms).Select(_ => Math.Pow(random.NextDouble(), random.Next(1, 6)))];
        var vectors = new ImpactVector[documents];
        for (int i = 0; i < documents; i++)
        {
            int[] terms = [.. Enumerable.Range(0, _terms).Where(t => random.NextDouble() < density[t])];
            vectors[i] = new ImpactVector(terms, [.. terms.Select(_ => (byte)palette[random.Next(distinct)])]);
        }

        double accepted = random.Next(3) switch { 0 => 1, 1 => .9, _ => random.NextDouble() };
        _oracle = [.. vectors.Select(v => accepted == 1 || random.NextDouble() < accepted ? v : null)];
        int cuts = random.Next(1, 4), from = 0;
        for (int i = 0; i < cuts; i++)
        {
            int to = i == cuts - 1 ? documents : random.Next(from, documents + 1);
            AddSegment(random, vectors, from, to, accepted < 1);
            from = to;
        }

        QueryTerms = [.. Enumerable.Range(0, _terms + 2).Where(_ => random.Next(3) > 0)];
        int most = QueryQuantizer.MaxWeightSum / Math.Max(1, QueryTerms.Length);
        int largest = random.Next(2) == 0 ? Math.Min(most, 3) : Math.Min(most, ushort.MaxValue);
        QueryWeights = [.. QueryTerms.Select(_ => (ushort)random.Next(0, largest + 1))];
    }

    /// <summary>Terms of all fields: term t is ordinal t / fields of field t % fields.</summary>
    public int[] QueryTerms { get; }

    public ushort[] QueryWeights { get; }

    public ScoredDoc[] Oracle(int k) => ExhaustiveSearch.TopK(_oracle, QueryTerms, QueryWeights, k);

    public ScoredDoc[] Search(ImpactSearcher searcher, int k, SweepPolicy policy)
    {
        var targets = new List<SegmentTarget>();
        var ordinals = new List<int>();
        var pins = new List<GCHandle>();
        for (int i = 0; i < _segments.Count; i++)
        {
            var target = new SegmentTarget { DocBase = _bases[i] };
            if (_accept[i] is { } bits)
            {
                var pin = GCHandle.Alloc(bits, GCHandleType.Pinned);
                pins.Add(pin);
                target.Accept = (uint*)pin.AddrOfPinnedObject();
                target.Missing = _sizes[i] - bits.Sum(word => System.Numerics.BitOperations.PopCount(word));
            }

            foreach (ImpactSegment? segment in _segments[i])
            {
                target.Segment = segment;
                targets.Add(target);
            }

            ordinals.AddRange(QueryTerms.Select(t => t < _terms && _segments[i][t % _fields] is not null ? t / _fields : -1));
        }

        var results = new ScoredDoc[k];
        byte[] fieldOf = _fields == 1 ? [] : [.. QueryTerms.Select(t => (byte)(t % _fields))];
        int count = searcher.TopK(targets.ToArray(), _fields, fieldOf, ordinals.ToArray(), QueryWeights, k, policy, results);
        pins.ForEach(p => p.Free());
        return results[..count];
    }

    public void Dispose() => _segments.ForEach(fields => Array.ForEach(fields, segment => segment?.Dispose()));

    private void AddSegment(Random random, ImpactVector[] vectors, int from, int to, bool filtered)
    {
        int documents = to - from;
        int[]? order = random.Next(3) == 0 ? null : [.. Enumerable.Range(0, documents)];
        if (order is not null)
        {
            random.Shuffle(order);
        }

        int minDenseEntries = random.Next(2) == 0 ? 1 : 4;
        _segments.Add([.. Enumerable.Range(0, _fields).Select(field => WriteField(vectors, from, to, order, minDenseEntries, field))]);
        _sizes.Add(documents);
        _bases.Add(from);
        if (!filtered)
        {
            _accept.Add(null);
            return;
        }

        var accept = new uint[ImpactFormat.Blocks(documents)];
        for (int position = 0; position < documents; position++)
        {
            if (_oracle[from + (order?[position] ?? position)] is not null)
            {
                accept[position / 32] |= 1u << (position % 32);
            }
        }

        _accept.Add(accept);
    }

    /// <summary>One field of a segment; null where no document has a term of it.</summary>
    private ImpactSegment? WriteField(ImpactVector[] vectors, int from, int to, int[]? order, int minDenseEntries, int field)
    {
        using var stream = new MemoryStream();
        var writer = new ImpactSegmentWriter(stream, to - from, order, minDenseEntries);
        int postings = 0;
        for (int term = field; term < _terms; term += _fields)
        {
            List<int> docs = [];
            List<byte> impacts = [];
            for (int i = from; i < to; i++)
            {
                int at = vectors[i].Terms.IndexOf(term);
                if (at >= 0)
                {
                    docs.Add(i - from);
                    impacts.Add(vectors[i].Impacts[at]);
                }
            }

            writer.AddTerm(docs.ToArray(), impacts.ToArray());
            postings += docs.Count;
        }

        long length = writer.Finish();
        stream.Position = 0;
        return postings == 0 && _fields > 1 ? null : new ImpactSegment(ImpactMemory.Copy(stream, length));
    }
}
