using System.Text.Json;
using Sparse.Encoders.BuiltIn;
using Sparse.Encoders.Folders;
using Sparse.Encoders.Onnx;
using Sparse.Encoders.Splade;
using Sparse.Tokens;

namespace Sparse.Encoders.Doctor;

/// <summary>Do the tokenizer's capitals and ids fit its vocabulary and the model?</summary>
internal static class TokenizerChecks
{
    private const string OrderCost =
        "each word would be read as another and its weights filed under a third: the built-in model with its pieces sorted falls from nDCG@10 .492 to .275 on Cranfield. Take the vocabulary file that the model was published with";

    private const string CapitalsCost =
        "names and the first words of sentences could not be found: the built-in model so falls from nDCG@10 .306 to .170 on NFCorpus, and not at all on Cranfield, which has no capitals. Set do_lower_case (tokenizer_config.json) or lowercase (the normalizer of tokenizer.json)";

    /// <summary>Pairs of a word and its plural that are enough to judge by.</summary>
    private const int MinPairs = 200;

    // splade-tiny: .99 of pairs are nearer than a stranger, in each quarter of the vocabulary; .5 by chance; .71 in a quarter that is
    // shifted by one for two thirds (2026-11-24).
    private const double LeastShare = 0.85;

    internal static IEnumerable<ModelFinding> Examine(SpladeModel model, OnnxModel graph, List<string> notChecked)
    {
        foreach (ModelFinding? finding in (ModelFinding?[])[Capitals(model), Order(model, graph, notChecked)])
        {
            if (finding is not null)
            {
                yield return finding;
            }
        }
    }

    private static ModelFinding? Capitals(SpladeModel model)
    {
        ITokenizer tokenizer = model.Tokenizer;
        Vocabulary vocabulary = tokenizer.Vocabulary;
        int letters = 0, capitals = 0;
        for (int id = 0; id < vocabulary.Count; id++)
        {
            string piece = vocabulary[id];
            if (!tokenizer.SpecialIds.Contains(id) && piece[0] != '[' && piece[0] != '<' && piece.Any(char.IsAsciiLetter))
            {
                letters++;
                capitals += piece.Any(char.IsAsciiLetterUpper) ? 1 : 0;
            }
        }

        string[] words = [.. CheckTexts.CapitalWords];
        int changed = words.Count(word => !Ids(word).SequenceEqual(Ids(word.ToLowerInvariant())));
        if (letters > 0 && capitals < letters / 200 && changed > words.Length / 2)
        {
            int unknown = words.Count(word => Ids(word).Any(tokenizer.SpecialIds.Contains));
            return new ModelFinding(ModelFaults.CasedTokenizer,
                $"the tokenizer keeps capitals, and {(capitals == 0 ? "no" : $"only {capitals}")} of {letters} pieces of the vocabulary with letters {(capitals == 1 ? "has" : "have")} one: {unknown} of {words.Length} names and first words, such as '{words[0]}', become unknown, {changed - unknown} others fall to pieces",
                CapitalsCost);
        }

        // transformers believes tokenizer_config.json, and changes what tokenizer.json says.
        string folder = model.Layout!.EncoderFolder;
        if (letters > 0 && capitals < letters / 200 && !ModelJson.Flag(ModelJson.ReadIfThere(Path.Combine(folder, "tokenizer_config.json")), "do_lower_case", true))
        {
            return new ModelFinding(ModelFaults.CasedTokenizer,
                "tokenizer_config.json says do_lower_case: false, for a vocabulary without capitals; tokenizer.json, which is read here, takes them away, but transformers goes by the former", CapitalsCost);
        }

        return letters > 0 && capitals > letters / 20 && changed == 0
            ? new ModelFinding(ModelFaults.LowercasingTokenizer,
                $"the tokenizer takes capitals away, and {capitals} of {letters} pieces of the vocabulary with letters have one, which no text can reach",
                "the model would read names as common words, which it was not trained on. Set do_lower_case to false (tokenizer_config.json)")
            : null;

        int[] Ids(string word) => Array.ConvertAll(tokenizer.Encode(word, 16, addSpecialTokens: false).Tokens.ToArray(), token => token.Id);
    }

    private static ModelFinding? Order(SpladeModel model, OnnxModel graph, List<string> notChecked)
    {
        Vocabulary vocabulary = model.Tokenizer.Vocabulary;
        if (MovedFrom(BuiltInVocabulary.Tokenizer.Vocabulary, vocabulary) is { Count: > 0 } moved)
        {
            return Wrong($"these are the pieces of bert-base-uncased, but {moved.Count} of them stand at other ids, from id {moved[0]} on: '{vocabulary[moved[0]]}' for '{BuiltInVocabulary.Tokenizer.Vocabulary[moved[0]]}'");
        }

        if (OtherFile(model) is { } other)
        {
            return Wrong(other);
        }

        float[]? rows = EmbeddingTable.Read(graph, vocabulary.Count, out int width);
        (int Word, int Plural)[] pairs = [.. Plurals(vocabulary).OrderBy(pair => Math.Max(pair.Word, pair.Plural))];
        if (rows is null || pairs.Length < MinPairs)
        {
            notChecked.Add(rows is null ? "the order of the vocabulary by the model's embedding, which was not found in the graph"
                : $"the order of the vocabulary by words and their plurals, of which it has only {pairs.Length}");
            return null;
        }

        double[] shares = [.. Enumerable.Range(0, 4).Select(quarter => Share(pairs, pairs.Length * quarter / 4, pairs.Length * (quarter + 1) / 4, rows, width))];
        int worst = Array.FindIndex(shares, share => share < LeastShare);
        return worst < 0 ? null : Wrong(FormattableString.Invariant(
            $"words and their plurals have no like rows in the model's embedding: a word is nearer to its plural than to another's in {shares[worst]:0%} of pairs from id {Math.Max(pairs[pairs.Length * worst / 4].Word, pairs[pairs.Length * worst / 4].Plural)} on, which is half by chance and 99% in order. The pieces stand at other ids than the model's, or it is not trained"));

        static ModelFinding Wrong(string what) => new(ModelFaults.WrongOrder, what, OrderCost);
    }

    // Ids that hold another piece, where two vocabularies are of the same pieces; null where they are not.
    private static List<int>? MovedFrom(Vocabulary known, Vocabulary vocabulary)
    {
        if (known.Count != vocabulary.Count)
        {
            return null;
        }

        List<int> moved = [];
        for (int id = 0; id < vocabulary.Count; id++)
        {
            if (!known.TryGetId(vocabulary[id], out int place))
            {
                return null;
            }

            if (place != id)
            {
                moved.Add(id);
            }
        }

        return moved;
    }

    // tokenizer.json is what is read; vocab.txt is what others read.
    private static string? OtherFile(SpladeModel model)
    {
        string folder = model.Layout!.EncoderFolder, path = Path.Combine(folder, "vocab.txt");
        Vocabulary vocabulary = model.Tokenizer.Vocabulary;
        if (File.Exists(Path.Combine(folder, "tokenizer.json")) && File.Exists(path))
        {
            string[] lines = File.ReadAllLines(path);
            int at = Enumerable.Range(0, Math.Min(lines.Length, vocabulary.Count)).FirstOrDefault(id => lines[id].TrimEnd('\r') != vocabulary[id], -1);
            if (at >= 0)
            {
                return $"{path} has '{lines[at]}' for id {at}, and tokenizer.json, which is read, has '{vocabulary[at]}'";
            }
        }

        JsonElement config = ModelJson.ReadIfThere(Path.Combine(folder, "config.json"));
        return ModelJson.Integer(config, "pad_token_id") is { } padding
            && ((string[])["[PAD]", "<pad>"]).FirstOrDefault(piece => vocabulary.TryGetId(piece, out int id) && id != padding) is { } pad
            && vocabulary.TryGetId(pad, out int own)
            ? $"config.json has padding at id {padding}, and the vocabulary has '{pad}' at {own}"
            : null;
    }

    private static IEnumerable<(int Word, int Plural)> Plurals(Vocabulary vocabulary)
    {
        for (int id = 0; id < vocabulary.Count; id++)
        {
            string piece = vocabulary[id], word = piece.TrimStart('▁', 'Ġ');
            if (word.Length > 2 && word.All(char.IsAsciiLetterLower) && vocabulary.TryGetId(piece + "s", out int plural))
            {
                yield return (id, plural);
            }
        }
    }

    // How often a word's row is nearer to its plural's than to a plural of another.
    private static double Share((int Word, int Plural)[] pairs, int from, int to, float[] rows, int width)
    {
        int nearer = 0;
        for (int i = from; i < to; i++)
        {
            nearer += Cosine(pairs[i].Word, pairs[i].Plural) > Cosine(pairs[i].Word, pairs[(i + 17) % pairs.Length].Plural) ? 1 : 0;
        }

        return (double)nearer / (to - from);

        double Cosine(int a, int b)
        {
            double product = 0, left = 0, right = 0;
            for (int i = 0; i < width; i++)
            {
                (double x, double y) = (rows[(a * width) + i], rows[(b * width) + i]);
                (product, left, right) = (product + (x * y), left + (x * x), right + (y * y));
            }

            return left * right == 0 ? 0 : product / Math.Sqrt(left * right);
        }
    }
}
