using System.Diagnostics;

namespace Sparse.LuceneNet.Searching;

/// <summary>Puts the best hits of a search in the order of a reranker.</summary>
internal static class RerankedHits
{
    /// <summary>Refuses options out of their range.</summary>
    /// <param name="rerank">The options.</param>
    /// <param name="options">The search's.</param>
    /// <exception cref="ArgumentException">An option is out of its range, or they do not go together.</exception>
    public static void Validate(RerankOptions rerank, SearchOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rerank.Top, 1, nameof(rerank.Top));
        ArgumentOutOfRangeException.ThrowIfLessThan(rerank.Batch, 1, nameof(rerank.Batch));
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(rerank.Budget ?? TimeSpan.MaxValue, TimeSpan.Zero, nameof(rerank.Budget));
        if (options.Sort.Count > 0)
        {
            throw new ArgumentException("A search that is sorted by fields can't be reranked; leave one of them out.", nameof(options));
        }
    }

    /// <summary>Reranks.</summary>
    /// <param name="found">Hits from the first on, as deep as is reranked, with their texts.</param>
    /// <param name="rerank">How.</param>
    /// <param name="skip">Hits to leave out at the front after that.</param>
    /// <param name="k">Hits to keep.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static SearchResult Run(SearchResult found, RerankOptions rerank, int skip, int k, CancellationToken cancellationToken)
    {
        SearchHit[] top = [.. found.Hits.Take(rerank.Top)];
        var scores = new List<float>(top.Length);
        string? problem = null;
        using (var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken))
        {
            long started = Stopwatch.GetTimestamp();
            foreach (SearchHit[] batch in top.Chunk(rerank.Batch))
            {
                if (rerank.Budget is { } budget)
                {
                    TimeSpan left = budget - Stopwatch.GetElapsedTime(started);
                    if (left <= TimeSpan.Zero)
                    {
                        break;
                    }

                    stop.CancelAfter(left);
                }

                try
                {
                    scores.AddRange(rerank.Reranker.Score(found.Query, Array.ConvertAll(batch, TextOf), stop.Token));
                }
                catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
                {
                    break;
                }
#pragma warning disable CA1031 // Whatever a reranker throws, there is an order already; the result carries the reason.
                catch (Exception error) when (error is not OperationCanceledException)
#pragma warning restore CA1031
                {
                    problem = $"The reranker '{rerank.Reranker.Name}' failed ({error.Message.ReplaceLineEndings(" ").TrimEnd('.', ' ')})";
                    break;
                }
            }
        }

        IEnumerable<SearchHit> reranked = top.Take(scores.Count).Select((hit, i) => hit with { RerankScore = scores[i] }).OrderByDescending(hit => hit.RerankScore).ThenBy(hit => hit.Rank);
        SearchHit[] all = [.. reranked.Concat(found.Hits.Skip(scores.Count)).Select((hit, i) => hit with { Rank = i + 1 })];
        if (scores.Count < top.Length)
        {
            problem = (problem ?? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"The reranker '{rerank.Reranker.Name}' had {rerank.Budget!.Value.TotalMilliseconds:0.#} ms"))
                + $", so {scores.Count} of {top.Length} hits were reranked and the others keep their order.";
        }

        return found with
        {
            Hits = [.. all.Skip(skip).Take(k)],
            Reranked = scores.Count,
            Warnings = problem is null ? found.Warnings : [.. found.Warnings, problem],
        };
    }

    private static string TextOf(SearchHit hit)
    {
        string text = hit.Passage is { Length: > 0 } passage ? passage.Of(hit.Text) : hit.Text;
        return string.IsNullOrEmpty(hit.Title) ? text : hit.Title + " " + text;
    }
}
