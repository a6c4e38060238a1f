using System.Text.Json;
using Sparse.Encoders.Tests.Safetensors;

namespace Sparse.Encoders.Tests.Transformers;

/// <summary>What a generated masked language model is like.</summary>
internal sealed record ToyTransformerSettings
{
    /// <summary>model_type of its config.json.</summary>
    internal string Type { get; init; } = "bert";

    /// <summary>Before the names of the encoder's tensors and, where it ends in the family's own, not before the head's; null: the family's own.</summary>
    internal string? Prefix { get; init; }

    internal string DataType { get; init; } = "F32";

    /// <summary>gamma and beta instead of weight and bias.</summary>
    internal bool HasOldNames { get; init; }

    /// <summary>The decoder is the word embedding.</summary>
    internal bool IsTied { get; init; } = true;

    /// <summary>The decoder is in the file, tied or not.</summary>
    internal bool HasDecoder { get; init; }

    /// <summary>The head's bias is there under: "own", "decoder", "both".</summary>
    internal string Bias { get; init; } = "own";

    internal string Activation { get; init; } = "gelu";

    /// <summary>Files that the tensors are spread over, named by an index; 0 for the usual one.</summary>
    internal int Shards { get; init; }

    /// <summary>Tensors that a SPLADE model does not need, as published files have them.</summary>
    internal bool HasExtras { get; init; }

    /// <summary>Changes the tensors before they are written.</summary>
    internal Func<TensorFile.Tensor, TensorFile.Tensor?> Finish { get; init; } = tensor => tensor;
}

/// <summary>A model folder of config.json, tokenizer and model.safetensors with random weights, and its logits by plain loops in double precision.</summary>
internal sealed class ToyTransformer
{
    internal const int Positions = 40;
    private const int Width = 12, Heads = 3, Inner = 20, Layers = 2;

    private readonly ToyTransformerSettings _settings;
    private readonly Dictionary<string, TensorFile.Tensor> _tensors = [];
    private readonly Random _random = new(7);

    private ToyTransformer(string folder, ToyTransformerSettings settings)
    {
        Folder = folder;
        _settings = settings;
        IsDistil = settings.Type == "distilbert";
        IsRoberta = settings.Type is "roberta" or "xlm-roberta" or "camembert";
        Terms = settings.Type switch { "roberta" => 961, "xlm-roberta" or "camembert" => 1202, _ => 90 };
        Epsilon = IsDistil ? 1e-12 : IsRoberta ? 1e-5 : 1e-12;
    }

    internal string Folder { get; }

    internal int Terms { get; }

    private bool IsDistil { get; }

    private bool IsRoberta { get; }

    private double Epsilon { get; }

    private string Base => IsDistil ? "distilbert." : IsRoberta ? "roberta." : "bert.";

    private string Prefix => _settings.Prefix ?? Base;

    private string HeadPrefix => Prefix.EndsWith(Base, StringComparison.Ordinal) ? Prefix[..^Base.Length] : Prefix;

    internal static ToyTransformer Write(string folder, ToyTransformerSettings? settings = null)
    {
        var toy = new ToyTransformer(folder, settings ?? new ToyTransformerSettings());
        toy.Generate();
        Directory.CreateDirectory(folder);
        toy.WriteConfig();
        toy.WriteTokenizer();
        toy.WriteTensors();
        return toy;
    }

    /// <summary>The weights of a text's terms: max over its places of log(1 + relu).</summary>
    internal Dictionary<int, float> Weights(int[] ids)
    {
        double[][] logits = Logits(ids);
        Dictionary<int, float> weights = [];
        for (int term = 0; term < Terms; term++)
        {
            double weight = Math.Log(1 + Math.Max(0, logits.Max(row => row[term])));
            if (weight > 0)
            {
                weights.Add(term, (float)weight);
            }
        }

        return weights;
    }

    private double[][] Logits(int[] ids)
    {
        double[][] hidden = Embed(ids);
        for (int layer = 0; layer < Layers; layer++)
        {
            hidden = Layer(hidden, IsDistil ? $"transformer.layer.{layer}." : $"encoder.layer.{layer}.");
        }

        (string dense, string norm, string decoder, string bias) = Head();
        string words = Prefix + "embeddings.word_embeddings.weight";
        float[] weight = Of(_settings.IsTied ? words : HeadPrefix + decoder + ".weight"), biases = Of(_settings.Bias == "decoder" ? HeadPrefix + decoder + ".bias" : HeadPrefix + bias);
        return Array.ConvertAll(hidden, row =>
        {
            double[] last = Normal(Active(Linear(row, HeadPrefix + dense), IsRoberta ? "gelu" : _settings.Activation), HeadPrefix + norm);
            return Enumerable.Range(0, Terms).Select(term => biases[term] + Enumerable.Range(0, Width).Sum(i => last[i] * weight[(term * Width) + i])).ToArray();
        });
    }

    private double[][] Embed(int[] ids)
    {
        float[] words = Of(Prefix + "embeddings.word_embeddings.weight"), positions = Of(Prefix + "embeddings.position_embeddings.weight");
        float[] types = IsDistil ? new float[Width] : Of(Prefix + "embeddings.token_type_embeddings.weight");
        const int padding = 1;
        int seen = 0;
        var rows = new double[ids.Length][];
        for (int at = 0; at < ids.Length; at++)
        {
            // RoBERTa does not count padding, wherever it stands.
            seen += ids[at] == padding ? 0 : 1;
            int position = !IsRoberta ? at : ids[at] == padding ? padding : padding + seen;
            int place = at;
            rows[at] = Normal([.. Enumerable.Range(0, Width).Select(i => (double)words[(ids[place] * Width) + i] + positions[(position * Width) + i] + types[i])],
                Prefix + "embeddings.LayerNorm");
        }

        return rows;
    }

    private double[][] Layer(double[][] rows, string layer)
    {
        string prefix = Prefix + layer;
        (string q, string k, string v, string o) = IsDistil
            ? ("attention.q_lin", "attention.k_lin", "attention.v_lin", "attention.out_lin")
            : ("attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense");
        (string norm, string inner, string outer, string last) = IsDistil
            ? ("sa_layer_norm", "ffn.lin1", "ffn.lin2", "output_layer_norm")
            : ("attention.output.LayerNorm", "intermediate.dense", "output.dense", "output.LayerNorm");
        double[][] queries = Array.ConvertAll(rows, row => Linear(row, prefix + q));
        double[][] keys = Array.ConvertAll(rows, row => Linear(row, prefix + k));
        double[][] values = Array.ConvertAll(rows, row => Linear(row, prefix + v));
        var results = new double[rows.Length][];
        for (int at = 0; at < rows.Length; at++)
        {
            var mixed = new double[Width];
            const int size = Width / Heads;
            for (int from = 0; from < Width; from += size)
            {
                int place = at, first = from;
                double[] shares = Softmax([.. keys.Select(key => Enumerable.Range(first, size).Sum(i => queries[place][i] * key[i]) / Math.Sqrt(size))]);
                for (int i = from; i < from + size; i++)
                {
                    int number = i;
                    mixed[i] = shares.Select((share, other) => share * values[other][number]).Sum();
                }
            }

            double[] attended = Normal(Sum(Linear(mixed, prefix + o), rows[at]), prefix + norm);
            results[at] = Normal(Sum(Linear(Active(Linear(attended, prefix + inner), _settings.Activation), prefix + outer), attended), prefix + last);
        }

        return results;
    }

    private (string Dense, string Norm, string Decoder, string Bias) Head() => IsDistil
        ? ("vocab_transform", "vocab_layer_norm", "vocab_projector", "vocab_projector.bias")
        : IsRoberta ? ("lm_head.dense", "lm_head.layer_norm", "lm_head.decoder", "lm_head.bias")
        : ("cls.predictions.transform.dense", "cls.predictions.transform.LayerNorm", "cls.predictions.decoder", "cls.predictions.bias");

    private static double[] Sum(double[] left, double[] right) => [.. left.Zip(right, (a, b) => a + b)];

    private static double[] Softmax(double[] scores)
    {
        double[] powers = Array.ConvertAll(scores, score => Math.Exp(score - scores.Max()));
        return Array.ConvertAll(powers, power => power / powers.Sum());
    }

    private double[] Linear(double[] row, string name)
    {
        float[] weight = Of(name + ".weight"), bias = Of(name + ".bias");
        return [.. bias.Select((start, output) => start + row.Select((value, input) => value * weight[(output * row.Length) + input]).Sum())];
    }

    private double[] Normal(double[] row, string name)
    {
        float[] weight = Of(name + ".weight"), bias = Of(name + ".bias");
        double mean = row.Average(), variance = row.Average(value => (value - mean) * (value - mean));
        return [.. row.Select((value, i) => ((value - mean) / Math.Sqrt(variance + Epsilon) * weight[i]) + bias[i])];
    }

    private static double[] Active(double[] row, string activation) => Array.ConvertAll(row, x => activation switch
    {
        "relu" => Math.Max(0, x),
        "gelu" => x / 2 * (1 + Erf(x / Math.Sqrt(2))),
        _ => x / 2 * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x)))),
    });

    // Its Maclaurin series, which doubles bear up to 4; past that it is 1 to eight digits.
    private static double Erf(double x)
    {
        if (Math.Abs(x) > 4)
        {
            return Math.Sign(x);
        }

        double sum = 0, power = x;
        for (int n = 0; n < 100; n++)
        {
            sum += power / ((2 * n) + 1);
            power *= -x * x / (n + 1);
        }

        return sum * 2 / Math.Sqrt(Math.PI);
    }

    private float[] Of(string name) => _tensors[name].Values;

    private void Generate()
    {
        string encoder = Prefix;
        Add(encoder + "embeddings.word_embeddings.weight", 1, Terms, Width);
        Add(encoder + "embeddings.position_embeddings.weight", 1, Positions, Width);
        if (!IsDistil)
        {
            Add(encoder + "embeddings.token_type_embeddings.weight", 1, IsRoberta ? 1 : 2, Width);
        }

        AddNorm(encoder + "embeddings.LayerNorm");
        for (int layer = 0; layer < Layers; layer++)
        {
            string prefix = encoder + (IsDistil ? $"transformer.layer.{layer}." : $"encoder.layer.{layer}.");
            foreach (string name in (string[])(IsDistil
                ? ["attention.q_lin", "attention.k_lin", "attention.v_lin", "attention.out_lin"]
                : ["attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense"]))
            {
                AddLinear(prefix + name, Width, Width);
            }

            AddNorm(prefix + (IsDistil ? "sa_layer_norm" : "attention.output.LayerNorm"));
            AddLinear(prefix + (IsDistil ? "ffn.lin1" : "intermediate.dense"), Inner, Width);
            AddLinear(prefix + (IsDistil ? "ffn.lin2" : "output.dense"), Width, Inner);
            AddNorm(prefix + (IsDistil ? "output_layer_norm" : "output.LayerNorm"));
        }

        AddHead();
        if (_settings.HasExtras)
        {
            _tensors.Add(encoder + "embeddings.position_ids", new(encoder + "embeddings.position_ids", "I64", [1, Positions], [.. Enumerable.Range(0, Positions)]));
            AddLinear(encoder + "pooler.dense", Width, Width);
            AddLinear(HeadPrefix + "cls.seq_relationship", 2, Width);
        }
    }

    private void AddHead()
    {
        (string dense, string norm, string decoder, string bias) = Head();
        AddLinear(HeadPrefix + dense, Width, Width);
        AddNorm(HeadPrefix + norm);
        string own = HeadPrefix + decoder;
        if (_settings.HasDecoder && _settings.IsTied)
        {
            _tensors.Add(own + ".weight", _tensors[Prefix + "embeddings.word_embeddings.weight"] with { Name = own + ".weight" });
        }
        else if (_settings.HasDecoder)
        {
            Add(own + ".weight", 1, Terms, Width);
        }

        // DistilBERT has one name for it.
        string name = _settings.Bias == "decoder" ? own + ".bias" : HeadPrefix + bias;
        Add(name, 1, Terms);
        if (_settings.Bias == "both" && name != own + ".bias")
        {
            _tensors.Add(own + ".bias", _tensors[name] with { Name = own + ".bias" });
        }
    }

    private void AddLinear(string name, int outputs, int inputs)
    {
        Add(name + ".weight", 0.7f, outputs, inputs);
        Add(name + ".bias", 0.7f, outputs);
    }

    private void AddNorm(string name)
    {
        Add(name + ".weight", 1.5f, Width);
        Add(name + ".bias", 0.5f, Width);
    }

    private void Add(string name, float range, params int[] shape)
    {
        var values = new float[shape.Aggregate(1, (a, b) => a * b)];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = TensorFile.Rounded(_settings.DataType, ((_random.NextSingle() * 2) - 1) * range);
        }

        _tensors.Add(name, new TensorFile.Tensor(name, _settings.DataType, shape, values));
    }

    private void WriteConfig()
    {
        Dictionary<string, object> config = IsDistil
            ? new() { ["dim"] = Width, ["n_layers"] = Layers, ["n_heads"] = Heads, ["hidden_dim"] = Inner, ["activation"] = _settings.Activation }
            : new()
            {
                ["hidden_size"] = Width,
                ["num_hidden_layers"] = Layers,
                ["num_attention_heads"] = Heads,
                ["intermediate_size"] = Inner,
                ["hidden_act"] = _settings.Activation,
                ["layer_norm_eps"] = Epsilon,
                ["type_vocab_size"] = IsRoberta ? 1 : 2,
            };
        config["model_type"] = _settings.Type;
        config["vocab_size"] = Terms;
        config["max_position_embeddings"] = Positions;
        if (!_settings.IsTied)
        {
            config["tie_word_embeddings"] = false;
        }

        if (IsRoberta)
        {
            config["pad_token_id"] = 1;
        }

        File.WriteAllText(Path.Combine(Folder, "config.json"), JsonSerializer.Serialize(config));
    }

    private void WriteTokenizer()
    {
        if (IsRoberta)
        {
            string name = _settings.Type == "roberta" ? "byte-bpe" : "unigram-json";
            File.Copy(Path.Combine(TestFolders.Tokenizers, name, "tokenizer.json"), Path.Combine(Folder, "tokenizer.json"), overwrite: true);
            return;
        }

        File.WriteAllLines(Path.Combine(Folder, "vocab.txt"), ToyModel.Vocabulary(Terms));
    }

    private void WriteTensors()
    {
        TensorFile.Tensor[] tensors = [.. _tensors.Values.Select(InFile).Select(_settings.Finish).OfType<TensorFile.Tensor>()];
        if (_settings.Shards == 0)
        {
            File.WriteAllBytes(Path.Combine(Folder, "model.safetensors"), TensorFile.Bytes(tensors));
            return;
        }

        string NameOf(int shard) => $"model-{shard + 1:00000}-of-{_settings.Shards:00000}.safetensors";
        for (int shard = 0; shard < _settings.Shards; shard++)
        {
            int number = shard;
            File.WriteAllBytes(Path.Combine(Folder, NameOf(shard)), TensorFile.Bytes([.. tensors.Where((_, i) => i % _settings.Shards == number)]));
        }

        var index = new { metadata = new { total_size = 1 }, weight_map = tensors.Select((tensor, i) => (tensor.Name, i)).ToDictionary(pair => pair.Name, pair => NameOf(pair.i % _settings.Shards)) };
        File.WriteAllText(Path.Combine(Folder, "model.safetensors.index.json"), JsonSerializer.Serialize(index));
    }

    private TensorFile.Tensor InFile(TensorFile.Tensor tensor) => !_settings.HasOldNames || !tensor.Name.Contains("orm", StringComparison.Ordinal) ? tensor
        : tensor with { Name = tensor.Name.Replace("orm.weight", "orm.gamma", StringComparison.Ordinal).Replace("orm.bias", "orm.beta", StringComparison.Ordinal) };
}
