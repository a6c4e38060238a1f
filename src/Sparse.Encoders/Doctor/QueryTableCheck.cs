using Sparse.Encoders.InferenceFree;
using Sparse.Encoders.Splade;
using Sparse.Tokens;

namespace Sparse.Encoders.Doctor;

/// <summary>Does the table of query weights know the vocabulary?</summary>
internal static class QueryTableCheck
{
    // OpenSearch's own tables lack none (idf.json) or 2 % (query_token_weights.txt) of the pieces that text can give.
    private const double MostMissing = 0.05;

    /// <summary>True where queries have a table of their own.</summary>
    internal static bool HasTable(SpladeModel model) => InferenceFreeEncoder.FindTable(model.Layout!, out _) is not null;

    internal static IEnumerable<ModelFinding> Examine(string folder, SpladeModel model, List<string> notChecked)
    {
        if (InferenceFreeEncoder.FindTable(model.Layout!, out string tokenizerFolder) is not { } path)
        {
            if (model.Layout!.QueryFolder is { } queries)
            {
                yield return new ModelFinding(ModelFaults.TruncatedTable, $"the Router of {folder} sends queries to {queries}, which holds no table of token weights", Cost("no query", ""));
            }
            else
            {
                notChecked.Add("a table of query weights, which the folder does not have");
            }

            yield break;
        }

        ITokenizer tokenizer = TokenizerFolder.Read(tokenizerFolder);
        Vocabulary vocabulary = tokenizer.Vocabulary;
        if (vocabulary.Fingerprint != model.Tokenizer.Vocabulary.Fingerprint)
        {
            yield return new ModelFinding(ModelFaults.WrongOrder, $"the query side's tokenizer in {tokenizerFolder} has {vocabulary.Count} pieces of another order than the documents' tokenizer, with {model.Tokenizer.Vocabulary.Count}",
                "queries would ask for other terms than documents have, and are refused here");
        }

        float[]? weights = null;
        string reason = "";
        try
        {
            weights = IdfTable.Read(path, vocabulary);
        }
        catch (InvalidDataException error)
        {
            reason = error.Message.TrimEnd('.');
        }

        if (weights is null)
        {
            yield return new ModelFinding(ModelFaults.TruncatedTable, $"the table of query weights can't be read as one of this vocabulary: {reason}", Cost("no query", ""));
            yield break;
        }

        int[] pieces = [.. Enumerable.Range(0, vocabulary.Count).Where(id => !tokenizer.SpecialIds.Contains(id) && !IsUnused(vocabulary[id]))];
        int missing = pieces.Count(id => weights[id] == 0);
        if (missing > pieces.Length * MostMissing)
        {
            int[] tokens = [.. CheckTexts.All.SelectMany(text => tokenizer.Encode(text, addSpecialTokens: false).Tokens.ToArray()).Select(token => token.Id)];
            int lost = tokens.Count(id => weights[id] == 0);
            yield return new ModelFinding(ModelFaults.TruncatedTable,
                $"{path} gives {pieces.Length - missing} of {pieces.Length} pieces a weight; the first without is '{vocabulary[pieces.First(id => weights[id] == 0)]}'",
                Cost("words without a weight", $": {lost} of {tokens.Length} tokens of plain English"));
        }

        static string Cost(string what, string share) => $"{what} could be searched for by --query-encoder auto{share}. Fetch the table again";
    }

    private static bool IsUnused(string piece) => piece.StartsWith("[unused", StringComparison.Ordinal) || piece.StartsWith("<unused", StringComparison.Ordinal);
}
