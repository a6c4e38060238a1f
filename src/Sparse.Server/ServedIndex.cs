using System.Diagnostics;
using System.Threading.Channels;
using Sparse.LuceneNet;
using Sparse.Tokens;
using Sparse.Vectors;

namespace Sparse.Server;

/// <summary>A change to a document: a new one, or a deletion.</summary>
/// <param name="Id">The document's id.</param>
/// <param name="Document">What to put; null to delete.</param>
internal sealed record Operation(string Id, SparseDocument? Document);

/// <summary>An index that a server serves. Changes run one after another, and are acknowledged once they are committed.</summary>
internal sealed class ServedIndex : IAsyncDisposable
{
    private const int ChangesWaiting = 64;
    private const int TextsAtATime = 64;
    private readonly Channel<Change> _changes = Channel.CreateBounded<Change>(new BoundedChannelOptions(ChangesWaiting) { SingleReader = true });
    private readonly Task _writing;
    private readonly ITermEncoder? _model;
    private readonly ITermEncoder? _table;
    private volatile bool _hasFailed;

    /// <summary>Serves an index.</summary>
    /// <param name="name">Its name in addresses.</param>
    /// <param name="index">The index, open for writing; disposed with this.</param>
    /// <param name="model">The encoder of its documents; null for text alone. Disposed with this.</param>
    /// <param name="table">Encodes queries without a model; null where none fits. Disposed with this.</param>
    public ServedIndex(string name, SparseIndex index, ITermEncoder? model, ITermEncoder? table)
    {
        (Name, Index, _model, _table) = (name, index, model, table);
        _writing = Task.Run(WriteAsync);
    }

    /// <summary>Its name in addresses.</summary>
    public string Name { get; }

    /// <summary>The index.</summary>
    public SparseIndex Index { get; }

    /// <summary>False after a failed write: searches go on, changes need the server started anew.</summary>
    public bool IsReady => !_hasFailed;

    /// <summary>How it can be searched.</summary>
    public IReadOnlyList<string> Modes => _model is null ? ["bm25"] : ["sparse", "bm25"];

    /// <summary>True where queries can be encoded without the model.</summary>
    public bool HasTable => _table is not null;

    /// <summary>Searches.</summary>
    /// <param name="request">What for.</param>
    /// <param name="limits">What may be asked for.</param>
    /// <param name="stop">Stops it before the next step.</param>
    /// <exception cref="RequestException">The request asks for too much or for what is not here.</exception>
    public SearchAnswer Search(SearchRequest request, ServerOptions limits, CancellationToken stop)
    {
        long started = Stopwatch.GetTimestamp();
        if (string.IsNullOrWhiteSpace(request.Query) || request.Query.Length > limits.MaxQueryCharacters)
        {
            throw new RequestException(400, $"The query has {request.Query?.Length ?? 0} characters; give 1 to {limits.MaxQueryCharacters}, not all blank.");
        }

        if (request.K < 1 || request.From < 0 || (long)request.From + request.K > limits.MaxDepth)
        {
            throw new RequestException(400, $"k = {request.K} after from = {request.From} is out of range; k is at least 1, and from + k at most {limits.MaxDepth}.");
        }

        string mode = request.Mode ?? Modes[0];
        if (!Modes.Contains(mode))
        {
            throw new RequestException(400, $"There is no mode '{Shorten(mode)}' here; take {string.Join(" or ", Modes)}.");
        }

        int depth = request.From + request.K;
        IReadOnlyList<QueryTerm> terms = [];
        SearchResult result;
        HashSet<string> words;
        if (mode == "sparse")
        {
            ITermEncoder encoder = EncoderOf(request);
            stop.ThrowIfCancellationRequested();
            TermVector vector = Edited(encoder.Encode([request.Query], stop)[0], encoder.Vocabulary, request.Edits);
            terms = Terms(vector, encoder.Vocabulary, request.Query);
            words = [.. terms.Where(term => term.Term.Length > 2).Select(term => term.Term)];
            stop.ThrowIfCancellationRequested();
            result = vector.Count == 0 ? new SearchResult(request.Query, SearchMode.Sparse, [], ["No term of the query is left to search by."])
                : Index.SearchVector(vector, depth, new SearchOptions { QueryEncoder = encoder }, stop);
        }
        else
        {
            words = Highlight.Words(request.Query);
            result = Index.Search(request.Query, depth, new SearchOptions { Mode = SearchMode.Bm25 }, stop);
        }

        Hit[] hits =
        [
            .. result.Hits.Skip(request.From).Select(hit =>
                new Hit(hit.Rank, hit.Id, hit.Score, hit.Title, hit.Text, hit.Fields, Highlight.Find(hit.Text, words))),
        ];
        return new SearchAnswer(Name, mode, Stopwatch.GetElapsedTime(started).TotalMilliseconds, hits, terms, result.Warnings);
    }

    /// <summary>Searches by a query's terms, made elsewhere.</summary>
    /// <param name="tokens">Terms with their weights; those that the vocabulary does not hold match nothing.</param>
    /// <param name="k">Hits.</param>
    /// <exception cref="RequestException">A weight is not above 0, or the index has no vectors.</exception>
    public SearchResult SearchTokens(IReadOnlyDictionary<string, float> tokens, int k)
    {
        ITermEncoder model = _model ?? throw new RequestException(400, $"Index '{Name}' holds text alone; search it by match.");
        if (tokens.Values.Any(weight => !(weight > 0) || !float.IsFinite(weight)))
        {
            throw new RequestException(400, "A token's weight must be finite and above 0.");
        }

        var pairs = tokens.Where(token => model.Vocabulary.TryGetId(token.Key, out _))
            .Select(token => KeyValuePair.Create(model.Vocabulary.TryGetId(token.Key, out int id) ? id : -1, token.Value)).ToArray();
        return pairs.Length == 0 ? new SearchResult("", SearchMode.Sparse, [], [])
            : Index.SearchVector(TermVector.FromPairs(pairs), k, new SearchOptions { QueryEncoder = model });
    }

    /// <summary>Makes changes: all of them are on disk when this returns, or none is.</summary>
    /// <param name="operations">In their order.</param>
    /// <param name="stop">Stops it while texts are encoded or it waits for its turn to be queued.</param>
    /// <returns>For each, whether a document was there before.</returns>
    /// <exception cref="RequestException">Too many changes wait, or an earlier write failed.</exception>
    public async Task<IReadOnlyList<bool>> ChangeAsync(IReadOnlyList<Operation> operations, CancellationToken stop)
    {
        if (_hasFailed)
        {
            throw new RequestException(503, $"An earlier write to '{Name}' failed; what was committed is safe. Put the cause right and start the server anew.");
        }

        var change = new Change(Encoded(operations, stop), new TaskCompletionSource<IReadOnlyList<bool>>(TaskCreationOptions.RunContinuationsAsynchronously));
        return _changes.Writer.TryWrite(change) ? await change.Done.Task
            : throw new RequestException(429, $"{ChangesWaiting} changes to '{Name}' are waiting already; try again in a second.");
    }

    /// <summary>Waits for the changes that are queued, commits them, and closes the index.</summary>
    public async ValueTask DisposeAsync()
    {
        _changes.Writer.TryComplete();
        await _writing;
        Index.Dispose();
        _model?.Dispose();
        _table?.Dispose();
    }

    private static string Shorten(string text) => text.Length <= 40 ? text : text[..40] + "…";

    private static TermVector Edited(TermVector vector, Vocabulary vocabulary, Dictionary<string, float>? edits)
    {
        if (edits is null || edits.Count == 0)
        {
            return vector;
        }

        if (edits.Values.Any(factor => !(factor is >= 0 and <= 100)))
        {
            throw new RequestException(400, "An edit's factor lies between 0 (blocks the term) and 100.");
        }

        List<KeyValuePair<int, float>> pairs = [];
        for (int i = 0; i < vector.Count; i++)
        {
            float weight = vector.Weights[i] * edits.GetValueOrDefault(vocabulary[vector.Terms[i]], 1);
            if (weight > 0)
            {
                pairs.Add(KeyValuePair.Create(vector.Terms[i], weight));
            }
        }

        return TermVector.FromPairs(pairs);
    }

    private static QueryTerm[] Terms(TermVector vector, Vocabulary vocabulary, string query)
    {
        HashSet<string> own = Highlight.Words(query);
        var terms = new QueryTerm[vector.Count];
        for (int i = 0; i < terms.Length; i++)
        {
            string piece = vocabulary[vector.Terms[i]];
            terms[i] = new QueryTerm(piece, vector.Weights[i], !own.Contains(piece) && !piece.StartsWith("##", StringComparison.Ordinal));
        }

        return [.. terms.OrderByDescending(term => term.Weight).ThenBy(term => term.Term, StringComparer.Ordinal)];
    }

    private ITermEncoder EncoderOf(SearchRequest request) => request.Encoder switch
    {
        null or "full" => _model!,
        "idf" => _table ?? throw new RequestException(400, $"Index '{Name}' has no table of term weights; leave the encoder out."),
        _ => throw new RequestException(400, $"There is no encoder '{Shorten(request.Encoder)}'; take full or idf."),
    };

    private Operation[] Encoded(IReadOnlyList<Operation> operations, CancellationToken stop)
    {
        if (_model is null)
        {
            return [.. operations];
        }

        // Here and not where changes run one after another: requests encode beside each other.
        var encoded = new List<Operation>(operations.Count);
        foreach (Operation[] some in operations.Chunk(TextsAtATime))
        {
            SparseDocument[] texts = [.. some.Where(operation => operation.Document is not null).Select(operation => operation.Document!)];
            IReadOnlyList<TermVector> vectors = texts.Length == 0 ? [] : _model.Encode([.. texts.Select(text => text.FullText)], stop);
            int next = 0;
            encoded.AddRange(some.Select(operation => operation.Document is { } text ? operation with { Document = WithVector(text, vectors[next++]) } : operation));
        }

        return [.. encoded];
    }

    private static SparseDocument WithVector(SparseDocument text, TermVector vector)
    {
        var document = new SparseDocument(text.Id, text.Text) { Title = text.Title, Vector = vector };
        foreach ((string name, string value) in text.Fields)
        {
            document.Fields.Add(name, value);
        }

        return document;
    }

    // Commits happen here alone, so none can fall into the middle of a change; those that wait meanwhile share the next one.
    private async Task WriteAsync()
    {
        while (await _changes.Reader.WaitToReadAsync())
        {
            List<(Change Change, bool[] Replaced)> applied = [];
            List<Change> taken = [];
            try
            {
                while (taken.Count < ChangesWaiting && _changes.Reader.TryRead(out Change? change))
                {
                    taken.Add(change);
                    if (_hasFailed)
                    {
                        throw new IOException("An earlier write failed.");
                    }

                    applied.Add((change, [.. change.Operations.Select(operation => (operation.Document is { } document ? Index.Add(document) : Index.Delete(operation.Id)) > 0)]));
                }

                Index.Commit();
                applied.ForEach(done => done.Change.Done.SetResult(done.Replaced));
            }
            catch (Exception error)
            {
                // None of these is on disk, and the index refuses all that comes after.
                _hasFailed = true;
                taken.ForEach(change => change.Done.TrySetException(new RequestException(503, $"Writing to '{Name}' failed ({error.GetType().Name}); nothing of this request was kept.")));
            }
        }
    }

    private sealed record Change(Operation[] Operations, TaskCompletionSource<IReadOnlyList<bool>> Done);
}
