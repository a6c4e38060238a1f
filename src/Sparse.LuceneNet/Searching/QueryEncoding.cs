using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using Sparse.LuceneNet.Rules;
using Sparse.LuceneNet.Storage;
using Sparse.Tokens;
using Sparse.Vectors;

namespace Sparse.LuceneNet.Searching;

/// <summary>What an encoder made of a query.</summary>
/// <param name="Vector">The query's vector.</param>
/// <param name="Synonyms">Vectors of what rules have searched for too.</param>
internal sealed record EncodedQuery(TermVector Vector, IReadOnlyList<TermVector> Synonyms)
{
    /// <summary>The query with some of its terms blocked or boosted.</summary>
    /// <param name="factors">By term; null for none.</param>
    /// <param name="vocabulary">The names of the terms.</param>
    /// <exception cref="ArgumentException">A factor is not finite or below 0.</exception>
    public EncodedQuery Times(IReadOnlyDictionary<string, float>? factors, Vocabulary vocabulary)
    {
        if (factors is not { Count: > 0 })
        {
            return this;
        }

        var pairs = new List<KeyValuePair<int, float>>(Vector.Count);
        for (int i = 0; i < Vector.Count; i++)
        {
            int term = Vector.Terms[i];
            float weight = Vector.Weights[i] * (factors.TryGetValue(vocabulary[term], out float factor) ? factor : 1);
            if (weight > 0)
            {
                pairs.Add(KeyValuePair.Create(term, Math.Min(weight, float.MaxValue)));
            }
        }

        return this with { Vector = TermVector.FromPairs(pairs) };
    }

    /// <summary>Refuses factors that no weight can be multiplied by.</summary>
    /// <param name="factors">By term; null for none.</param>
    /// <exception cref="ArgumentException">A factor is not finite or below 0.</exception>
    public static void RequireFactors(IReadOnlyDictionary<string, float>? factors)
    {
        foreach ((string term, float factor) in factors ?? new Dictionary<string, float>())
        {
            if (!(factor >= 0) || float.IsPositiveInfinity(factor))
            {
                throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"The factor {factor} of term '{DocumentFields.Shorten(term)}' is not finite and at least 0."), nameof(factors));
            }
        }
    }
}

/// <summary>Runs the encoder of a query, or says why it gave nothing: it failed, or took longer than the search may wait for it.</summary>
/// <remarks>
/// An encoder that is late is not stopped, only left alone. So that searches do not pile up behind it, few runs of one encoder go on at
/// a time where there is a budget, and waiting for a place counts. Each has a thread of its own: a pool whose threads all wait for a
/// late encoder would start nothing else in the process either.
/// </remarks>
internal static class QueryEncoding
{
    private static readonly ConditionalWeakTable<ITermEncoder, SemaphoreSlim> Places = [];
    private static readonly ActivitySource Spans = new("Sparse");

    /// <summary>Encodes a query.</summary>
    /// <param name="text">The query.</param>
    /// <param name="known">Its vector, where it was made before.</param>
    /// <param name="encoder">The encoder.</param>
    /// <param name="rules">Whose synonyms are encoded too.</param>
    /// <param name="budget">How long the search may wait from its beginning on; null for as long as it takes.</param>
    /// <param name="started">Timestamp of the search's beginning.</param>
    /// <param name="problem">Why there is no result, as the beginning of a sentence; null where there is one.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    /// <returns>The vectors; null where the encoder gave none.</returns>
    /// <exception cref="OperationCanceledException">The search was stopped.</exception>
    public static EncodedQuery? Run(
        string text, TermVector? known, ITermEncoder encoder, RulesInForce rules, TimeSpan? budget, long started, out string? problem, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> synonyms = rules.Synonyms;
        if (known is not null && synonyms.Count == 0)
        {
            problem = null;
            return new EncodedQuery(known, []);
        }

        EncodedQuery Encode(CancellationToken stop)
        {
            using Activity? span = Spans.StartActivity("encode");
            return new(known ?? encoder.Encode([text], stop)[0], synonyms.Count == 0 ? [] : encoder.Encode(synonyms, stop));
        }

        try
        {
            EncodedQuery? made = budget is { } limit ? Within(limit, started, encoder, Encode, cancellationToken) : Encode(cancellationToken);
            problem = made is null ? $"The encoder '{encoder.Identity.Name}' took longer than the {budget!.Value.TotalMilliseconds:0.#} ms that the search may wait for it" : null;
            return made;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
#pragma warning disable CA1031 // Whatever an encoder throws, the words can be searched; the result carries the reason.
        catch (Exception error)
#pragma warning restore CA1031
        {
            problem = $"The encoder '{encoder.Identity.Name}' failed ({error.Message.ReplaceLineEndings(" ").TrimEnd('.', ' ')})";
            return null;
        }
    }

    private static EncodedQuery? Within(TimeSpan limit, long started, ITermEncoder encoder, Func<CancellationToken, EncodedQuery> encode, CancellationToken cancellationToken)
    {
        SemaphoreSlim places = Places.GetValue(encoder, _ => new SemaphoreSlim(Math.Max(2, Environment.ProcessorCount)));
        if (!places.Wait(Left(), cancellationToken))
        {
            return null;
        }

        var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        CancellationToken stopped = stop.Token;
        Task<EncodedQuery> run = Task.Factory.StartNew(Encode, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            if (Task.WaitAny([run], Left(), cancellationToken) == 0)
            {
                return run.GetAwaiter().GetResult();
            }
        }
        finally
        {
            stop.Cancel();
            _ = run.ContinueWith(_ => stop.Dispose(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }

        return null;

        int Left() => (int)Math.Ceiling(Math.Clamp((limit - Stopwatch.GetElapsedTime(started)).TotalMilliseconds, 0, int.MaxValue));

        EncodedQuery Encode()
        {
            try
            {
                return encode(stopped);
            }
            finally
            {
                places.Release();
            }
        }
    }
}
