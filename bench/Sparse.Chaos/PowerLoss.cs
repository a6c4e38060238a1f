using System.Globalization;
using Lucene.Net.Store;
using Sparse.Analysis;
using Sparse.LuceneNet;
using Sparse.LuceneNet.Fields;
using Sparse.LuceneNet.Lexical;
using Sparse.LuceneNet.Storage;
using Sparse.Search;
using Sparse.Vectors;
using Directory = System.IO.Directory;

namespace Sparse.Chaos;

/// <summary>A random history of an index on a <see cref="LossyDisk"/>, and what is left of it when the power comes back.</summary>
/// <param name="encoder">The index's encoder.</param>
/// <param name="pool">Documents with vectors; ids and fields are given anew.</param>
/// <param name="folder">A folder for one index after the other.</param>
internal sealed class PowerLoss(ITermEncoder encoder, SparseDocument[] pool, string folder)
{
    private const int Ids = 120;
    private static readonly IndexSchema Schema = new("en", new Dictionary<string, FieldKind> { ["year"] = FieldKind.Number, ["lang"] = FieldKind.Keyword });

    // An id and the document of the pool that it has now.
    private readonly Dictionary<string, int> _now = new(StringComparer.Ordinal);
    private Dictionary<string, int>? _committed;
    private Dictionary<string, int>? _inCommit;
    private int _beforeIndex, _inCommits, _afterAll, _commitsThatCount;

    /// <summary>When the power went, over all histories.</summary>
    public string Summary => $"{_beforeIndex} before there was an index, {_inCommits} during a commit ({_commitsThatCount} of which was there afterwards), {_afterAll} after everything";

    /// <summary>Runs one history.</summary>
    /// <param name="seed">Decides everything but the timing of background merges.</param>
    /// <param name="ignoresSync">True for a disk that syncs nothing.</param>
    /// <returns>What is wrong afterwards; null where every committed document is there, and no other.</returns>
    public string? Run(int seed, bool ignoresSync = false)
    {
        var random = new Random(seed);
        _now.Clear();
        _committed = _inCommit = null;
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        // Most histories take some 3,000 to 30,000 operations; a late loss is one after the last.
        long lossAt = (long)Math.Pow(10, 1 + random.NextDouble() * 3.6);
        using (FSDirectory directory = FSDirectory.Open(folder))
        {
            var disk = new LossyDisk(directory, lossAt, ignoresSync);
            try
            {
                Write(disk, random);
            }
            catch (Exception e) when (disk.IsOff && e is IOException or ObjectDisposedException or AggregateException)
            {
                // As it should be.
            }

            _beforeIndex += _committed is null ? 1 : 0;
            _inCommits += _inCommit is null ? 0 : 1;
            _afterAll += disk.IsOff ? 0 : 1;
            disk.Settle(random);
        }

        return Verify(random);
    }

    private void Write(LossyDisk disk, Random random)
    {
        using var analyzer = new EnglishLexicalAnalyzer();
        using var changes = new IndexChanges(
            disk, folder, IndexIdentity.ForNew(encoder, null), Schema, create: true, analyzer, new ExactLengthBm25(0.9f, 0.4f), 0.05, random.Next(3) == 0 ? 1 : null);
        _committed = [];
        for (int step = 0; step < 40; step++)
        {
            switch (random.Next(8))
            {
                case < 4:
                    (SparseDocument[] documents, int[] numbers) = Some(random);
                    changes.Add(Encoded(documents), encoder.Vocabulary);
                    for (int i = 0; i < documents.Length; i++)
                    {
                        _now[documents[i].Id] = numbers[i];
                    }

                    break;
                case 4:
                    string[] ids = [.. Enumerable.Range(0, random.Next(1, 15)).Select(_ => Id(random))];
                    changes.Delete(ids);
                    Array.ForEach(ids, id => _now.Remove(id));
                    break;
                default:
                    _inCommit = new(_now, StringComparer.Ordinal);
                    if (random.Next(12) == 0)
                    {
                        changes.Optimize();
                    }
                    else
                    {
                        changes.Commit();
                    }

                    _committed = _inCommit;
                    _inCommit = null;
                    break;
            }
        }
    }

    private string? Verify(Random random)
    {
        try
        {
            if (_committed is null)
            {
                // Lost before there was an index: it must be possible to make one now.
                using SparseIndex made = SparseIndex.OpenOrCreate(folder, encoder);
                return made.Count == 0 ? GoOn(made, random) : "an index that was never committed has documents";
            }

            using SparseIndex index = SparseIndex.Open(folder, encoder);
            if (index.Check() is { IsClean: false } report)
            {
                return report.Problems[0];
            }

            string? wrong = Differs(index, _committed, random);
            if (wrong is not null && _inCommit is not null && Differs(index, _inCommit, random) is null)
            {
                wrong = null;
                _commitsThatCount++;
                _committed = _inCommit;
            }

            return wrong ?? GoOn(index, random);
        }
        catch (Exception e) when (e is IOException or InvalidDataException or InvalidOperationException or ArgumentException)
        {
            return $"{e.GetType().Name}: {e.Message}";
        }
    }

    private string? GoOn(SparseIndex index, Random random)
    {
        Dictionary<string, int> expected = new(_committed ?? [], StringComparer.Ordinal);
        (SparseDocument[] documents, int[] numbers) = Some(random);
        index.Add(documents);
        index.Commit();
        for (int i = 0; i < documents.Length; i++)
        {
            expected[documents[i].Id] = numbers[i];
        }

        return Differs(index, expected, random) is { } wrong ? $"after going on, {wrong}" : null;
    }

    private string? Differs(SparseIndex index, Dictionary<string, int> expected, Random random)
    {
        if (index.Count != expected.Count)
        {
            return $"{index.Count} documents instead of {expected.Count}";
        }

        foreach ((string id, int number) in expected)
        {
            if (index.Get(id) is var document && document?.Text != pool[number].Text)
            {
                return document is null ? $"document {id} is lost" : $"document {id} has another text";
            }
        }

        TermVector query = pool[random.Next(pool.Length)].Vector!;
        var quantizer = new ImpactQuantizer(index.Scale!.Value);
        var weights = new ushort[query.Count];
        int exponent = QueryQuantizer.Quantize(query.Weights, quantizer.Scale, weights);
        (string, double)[] scores = [.. expected
            .Select(document => (document.Key, Score: Math.ScaleB(ExhaustiveSearch.Score(quantizer.Quantize(pool[document.Value].Vector!, out _), query.Terms, weights), exponent)))
            .Where(document => document.Score > 0).Order()];
        return index.SearchVector(query, Ids).Hits.Select(hit => (hit.Id, hit.Score)).Order().SequenceEqual(scores) ? null : "a search finds something else than the oracle";
    }

    private (SparseDocument[] Documents, int[] Numbers) Some(Random random)
    {
        string[] ids = [.. Enumerable.Range(0, random.Next(1, 30)).Select(_ => Id(random)).Distinct()];
        int[] numbers = [.. ids.Select(_ => random.Next(pool.Length))];
        return ([.. ids.Zip(numbers, (id, number) => Pieces.With(id, pool[number].Text, pool[number].Vector!, number))], numbers);
    }

    private EncodedDocuments Encoded(SparseDocument[] documents) =>
        new(documents, [.. documents.Select(document => new[] { new PassageVector(document.Vector!, null) })], encoder.Identity);

    private static string Id(Random random) => random.Next(Ids).ToString(CultureInfo.InvariantCulture);
}
