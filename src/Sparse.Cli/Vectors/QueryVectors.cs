using Sparse.Evaluation;
using Sparse.Formats.Vectors;
using Sparse.Lab.Collections;
using Sparse.LuceneNet;
using Sparse.Tokens;
using Sparse.Vectors;

namespace Sparse.Cli.Vectors;

/// <summary>Queries that are vectors already, in any format of <c>convert</c>.</summary>
internal sealed class QueryVectors
{
    private readonly TermTable _terms;

    private QueryVectors(TermTable terms, IReadOnlyList<(string Id, TermVector Vector)> queries)
    {
        _terms = terms;
        Queries = queries;
    }

    /// <summary>The queries, in the order of the file.</summary>
    public IReadOnlyList<(string Id, TermVector Vector)> Queries { get; }

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    public static QueryVectors Read(string path)
    {
        (IReadOnlyList<string> files, VectorFormat format) = VectorPlace.Find([path], null);
        TermTable terms = VectorFile.TermsOf(format, vocabulary: null);
        using VectorReader reader = new JoinedVectorReader(files, format, terms);
        var queries = new List<(string, TermVector)>();
        var row = new VectorRow();
        while (reader.Read(row))
        {
            row.SortBy(static term => term);
            queries.Add((row.Id, new TermVector([.. row.Terms.AsSpan(0, row.Count)], [.. row.Values.AsSpan(0, row.Count).ToArray().Select(value => (float)(value * reader.Scale))])));
        }

        return queries.Count > 0 ? new QueryVectors(terms, queries) : throw new WrongInputException($"'{path}' holds no queries");
    }

    /// <summary>Searches for all.</summary>
    /// <param name="index">The index; its terms are found by name.</param>
    /// <param name="k">Hits a query.</param>
    /// <param name="dropQueryId">True to leave out the document that has the query's own id.</param>
    /// <param name="stop">Stops between queries.</param>
    public TrecRun Run(ISparseIndex index, int k, bool dropQueryId, CancellationToken stop)
    {
        if (index.Encoder is not { } identity)
        {
            throw new WrongInputException("the index holds text alone and no vectors; --query-vectors has nothing to search");
        }

        var vocabulary = new Vocabulary([.. Enumerable.Range(0, Math.Max(1, _terms.Count)).Select(term => _terms.Count == 0 ? "-" : _terms.Name(term))]);
        using var encoder = new OutsideEncoder(vocabulary, 1, identity);
        var run = new TrecRun();
        foreach ((string id, TermVector vector) in Queries)
        {
            stop.ThrowIfCancellationRequested();
            var options = new SearchOptions { Mode = SearchMode.Sparse, QueryEncoder = encoder, WithStoredFields = false, ExcludeId = dropQueryId ? id : null };
            run.Add(id, vector.Count == 0 ? [] : Rankings.Of(index.SearchVector(vector, k, options, stop)));
        }

        return run;
    }
}
