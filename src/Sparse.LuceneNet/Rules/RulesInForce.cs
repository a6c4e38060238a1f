using Lucene.Net.Analysis;
using Lucene.Net.Index;
using Lucene.Net.Search;
using Sparse.LuceneNet.Fields;
using Sparse.LuceneNet.Lexical;
using Sparse.Tokens;
using Sparse.Vectors;

namespace Sparse.LuceneNet.Rules;

/// <summary>The rules that one query falls under, and what they make of it.</summary>
internal sealed class RulesInForce
{
    private readonly SearchRule[] _rules;

    /// <summary>Chooses the rules of a query.</summary>
    /// <param name="book">The index's rules; null for none.</param>
    /// <param name="query">The query's text; empty for a vector, which falls under the rules without a pattern.</param>
    public RulesInForce(RuleBook? book, string query)
    {
        List<string> words = QueryWords.Split(query);
        _rules =
        [
            .. (book ?? RuleBook.Empty).Rules.Where(rule => (rule.Query is null || QueryWords.Say(words, rule.Query))
                && (rule.Action != RuleAction.Synonym || QueryWords.Say(words, rule.Term!))),
        ];
    }

    /// <summary>Rules about documents that move or lift them.</summary>
    public IEnumerable<SearchRule> OfDocuments => _rules.Where(rule => rule.Document is not null && rule.Action != RuleAction.Block);

    /// <summary>Leaves out what the rules block.</summary>
    /// <param name="filter">What may be found; null for all.</param>
    /// <returns>The same, or a narrower filter.</returns>
    public Filter? Narrow(Filter? filter)
    {
        Query[] blocked = [.. _rules.Where(rule => rule is { Document: not null, Action: RuleAction.Block }).Select(rule => new TermQuery(new Term(SparseFields.Id, rule.Document)))];
        if (blocked.Length == 0)
        {
            return filter;
        }

        return new QueryWrapperFilter(new BooleanQuery
        {
            { filter is null ? new MatchAllDocsQuery() : new ConstantScoreQuery(filter), Occur.MUST },
            { Clauses.Join(blocked, Occur.SHOULD), Occur.MUST_NOT },
        });
    }

    /// <summary>What synonyms have searched for too, for the encoder to read.</summary>
    public IReadOnlyList<string> Synonyms => [.. _rules.Where(rule => rule.Action == RuleAction.Synonym).Select(rule => rule.To!)];

    /// <summary>What a query's vector becomes: synonyms join it, then terms are blocked, boosted and pinned.</summary>
    /// <param name="vector">The query's vector.</param>
    /// <param name="others">The vectors of <see cref="Synonyms"/>.</param>
    /// <param name="vocabulary">Their terms.</param>
    /// <returns>The new vector, and which rule made a term's weight.</returns>
    /// <exception cref="ArgumentException">Nothing is left of it.</exception>
    public (TermVector Vector, IReadOnlyDictionary<string, string> Terms) Apply(TermVector vector, IReadOnlyList<TermVector> others, Vocabulary vocabulary)
    {
        SearchRule[] rules = [.. _rules.Where(rule => rule.Term is not null)];
        var by = new Dictionary<string, string>(StringComparer.Ordinal);
        if (rules.Length == 0)
        {
            return (vector, by);
        }

        var weights = new Dictionary<int, float>();
        for (int i = 0; i < vector.Count; i++)
        {
            weights[vector.Terms[i]] = vector.Weights[i];
        }

        SearchRule[] synonyms = [.. rules.Where(rule => rule.Action == RuleAction.Synonym)];
        for (int i = 0; i < synonyms.Length; i++)
        {
            for (int j = 0; j < others[i].Count; j++)
            {
                float weight = others[i].Weights[j] * synonyms[i].Factor;
                if (weight > weights.GetValueOrDefault(others[i].Terms[j]) && float.IsFinite(weight))
                {
                    weights[others[i].Terms[j]] = weight;
                    by[vocabulary[others[i].Terms[j]]] = synonyms[i].Id;
                }
            }
        }

        foreach (SearchRule rule in rules.Except(synonyms).OrderBy(rule => rule.Action == RuleAction.Block))
        {
            if (!vocabulary.TryGetId(rule.Term!, out int id))
            {
                continue;
            }

            if (rule.Action == RuleAction.Block)
            {
                weights.Remove(id);
            }
            else if (rule.Action == RuleAction.Pin)
            {
                weights[id] = rule.Factor;
                by[rule.Term!] = rule.Id;
            }
            else if (weights.TryGetValue(id, out float weight) && weight * rule.Factor is > 0 and < float.PositiveInfinity)
            {
                weights[id] = weight * rule.Factor;
                by[rule.Term!] = rule.Id;
            }
        }

        return weights.Count == 0
            ? throw new ArgumentException("The rules of the index block every term of the query; use other words, or search without rules.", nameof(vector))
            : (TermVector.FromPairs(weights), by);
    }

    /// <summary>What a query's words become.</summary>
    /// <param name="words">Analysed words with their factors.</param>
    /// <param name="analyzer">The analyzer.</param>
    /// <returns>The words to search for, each with its factor; none where all are blocked.</returns>
    public List<(string Word, float Weight)> Apply(IEnumerable<(string Word, float Weight)> words, Analyzer analyzer)
    {
        var weights = new List<(string Word, float Weight)>(words);
        foreach (SearchRule rule in _rules.Where(rule => rule.Action == RuleAction.Synonym))
        {
            weights.AddRange(WordQuery.Words(analyzer, rule.To!).Where(word => weights.All(known => known.Word != word.Word)).Select(word => (word.Word, rule.Factor)).ToArray());
        }

        foreach (SearchRule rule in _rules.Where(rule => rule.Term is not null && rule.Action != RuleAction.Synonym).OrderBy(rule => rule.Action == RuleAction.Block))
        {
            foreach ((string word, _) in WordQuery.Words(analyzer, rule.Term!))
            {
                int at = weights.FindIndex(known => known.Word == word);
                float weight = at < 0 ? 0 : weights[at].Weight;
                float changed = rule.Action switch { RuleAction.Block => 0, RuleAction.Pin => rule.Factor, _ => weight * rule.Factor };
                if (at >= 0)
                {
                    weights.RemoveAt(at);
                }

                if (changed is > 0 and < float.PositiveInfinity)
                {
                    weights.Insert(at < 0 ? weights.Count : at, (word, changed));
                }
            }
        }

        return weights;
    }
}
