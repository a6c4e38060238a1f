using System.Text.Json;
using Sparse.Encoders.Folders;
using Sparse.Encoders.Onnx;
using Sparse.Encoders.Safetensors;

namespace Sparse.Encoders.Transformers;

/// <summary>Builds the ONNX graph of a masked language model from its tensors: ids and mask in, logits [b, s, V] out.</summary>
/// <remarks>
/// BERT, Devlin et al., arXiv:1810.04805; RoBERTa, arXiv:1907.11692; DistilBERT, arXiv:1910.01108; each as transformers computes it
/// when nothing is dropped out. Token types are all 0 in a SPLADE model, so their row is added to the positions.
/// </remarks>
internal sealed class TransformerGraph
{
    // The first with Gelu; LayerNormalization came with 17.
    private const int Opset = 20;

    private readonly OnnxModel _model;
    private readonly TransformerSettings _settings;
    private readonly TransformerTensors _tensors;

    private TransformerGraph(OnnxModel model, TransformerSettings settings, TransformerTensors tensors)
    {
        _model = model;
        _settings = settings;
        _tensors = tensors;
    }

    /// <summary>Builds a graph: the same bytes for the same tensors, whenever and wherever.</summary>
    /// <param name="path">model.safetensors, or the index of several.</param>
    /// <param name="configPath">The model's config.json.</param>
    /// <returns>A serialised ONNX model.</returns>
    /// <exception cref="InvalidDataException">The files are broken, do not fit each other, or are of an architecture that is not built.</exception>
    internal static byte[] Build(string path, string configPath)
    {
        JsonElement config = ModelJson.ReadIfThere(configPath);
        if (config.ValueKind != JsonValueKind.Object)
        {
            throw new InvalidDataException($"{configPath} is not there, or is no table; without it the graph of {path} can't be built.");
        }

        TransformerSettings settings = TransformerSettings.Read(config, configPath);
        TensorSet set = TensorSet.Open(path);
        OnnxModel model = OnnxModel.New("masked_language_model", Opset, path);
        var graph = new TransformerGraph(model, settings, new TransformerTensors(set, settings.Names));
        graph.AddAll();
        graph._tensors.RequireAllRead();
        return model.ToBytes();
    }

    private void AddAll()
    {
        string prefix = _tensors.Encoder;
        foreach (string input in (string[])["input_ids", "attention_mask"])
        {
            _model.Graph.Input.Add(OnnxModel.Value(input, OnnxModel.Int64, "batch", "sequence"));
        }

        _model.Graph.Output.Add(OnnxModel.Value("logits", OnnxModel.Float, "batch", "sequence", _settings.Terms));
        string words = prefix + "embeddings.word_embeddings.weight";
        float[] embedding = _tensors.Read(words, _settings.Terms, _settings.Width);
        _model.AddFloats(words, embedding, _settings.Terms, _settings.Width);
        string mask = AddMask();
        string hidden = Normalize(
            _model.Add("Add", "embedded", [_model.Add("Gather", "words", [words, "input_ids"]), AddPositions()]), prefix + "embeddings.LayerNorm");
        for (int layer = 0; layer < _settings.Layers; layer++)
        {
            hidden = AddLayer(hidden, mask, $"{prefix}{_settings.Names.Layers}{layer}.");
        }

        AddHead(hidden, words, embedding);
    }

    // 0 where there is text and the least float where there is padding, [b, 1, 1, s].
    private string AddMask()
    {
        string real = _model.Add("Cast", "real", ["attention_mask"], OnnxModel.Attribute("to", OnnxModel.Bool));
        string bias = _model.Add("Where", "mask_bias", [real, _model.AddScalar("masked_not", 0), _model.AddScalar("masked", float.MinValue)]);
        return _model.Add("Unsqueeze", "mask", [bias, _model.AddInts("mask_axes", 1, 2)]);
    }

    // The embeddings of the positions, [s, W]; RoBERTa's [b, s, W].
    private string AddPositions()
    {
        string name = _tensors.Encoder + "embeddings.position_embeddings.weight";
        float[] table = _tensors.Read(name, _settings.Positions, _settings.Width);
        if (_settings.HasTokenTypes)
        {
            float[] types = _tensors.Read(_tensors.Encoder + "embeddings.token_type_embeddings.weight", 0, _settings.Width);
            for (int i = 0; i < table.Length; i++)
            {
                table[i] += types[i % _settings.Width];
            }
        }

        _model.AddFloats(name, table, _settings.Positions, _settings.Width);
        if (_settings.PaddingId is not { } padding)
        {
            string length = _model.Add("Shape", "length", ["input_ids"], OnnxModel.Attribute("start", 1), OnnxModel.Attribute("end", 2));
            return _model.Add("Slice", "positions", [name, _model.AddInts("positions_from", 0), length, _model.AddInts("positions_axis", 0)]);
        }

        string id = _model.AddInts("padding", padding);
        string isPadding = _model.Add("Equal", "is_padding", ["input_ids", id]);
        string counted = _model.Add("Cast", "counted", [_model.Add("Not", "is_text", [isPadding])], OnnxModel.Attribute("to", OnnxModel.Int64));
        string count = _model.Add("CumSum", "count", [counted, _model.AddTensor("count_axis", OnnxModel.Int64, [], BitConverter.GetBytes(1L))]);
        string place = _model.Add("Add", "place", [_model.Add("Mul", "count_text", [count, counted]), id]);
        return _model.Add("Gather", "positions", [name, place]);
    }

    private string AddLayer(string hidden, string mask, string prefix)
    {
        TransformerNames names = _settings.Names;
        int width = _settings.Width, heads = _settings.Heads;
        string split = _model.AddInts(prefix + "split", 0, 0, heads, width / heads);
        string Heads(string name, params long[] order) => _model.Add("Transpose", prefix + name + "_heads",
            [_model.Add("Reshape", prefix + name + "_split", [Linear(hidden, prefix + name, width, width), split])], OnnxModel.Attribute("perm", order));

        string query = _model.Add("Mul", prefix + "scaled",
            [Heads(names.Query, 0, 2, 1, 3), _model.AddScalar(prefix + "scale", (float)(1 / Math.Sqrt(width / heads)))]);
        string scores = _model.Add("Add", prefix + "scores", [_model.Add("MatMul", prefix + "products", [query, Heads(names.Key, 0, 2, 3, 1)]), mask]);
        string mixed = _model.Add("MatMul", prefix + "mixed",
            [_model.Add("Softmax", prefix + "attention", [scores], OnnxModel.Attribute("axis", -1)), Heads(names.Value, 0, 2, 1, 3)]);
        string joined = _model.Add("Reshape", prefix + "joined",
            [_model.Add("Transpose", prefix + "mixed_rows", [mixed], OnnxModel.Attribute("perm", [0, 2, 1, 3])), _model.AddInts(prefix + "join", 0, 0, width)]);
        string attended = Normalize(_model.Add("Add", prefix + "attended", [Linear(joined, prefix + names.Output, width, width), hidden]), prefix + names.AttentionNorm);
        string inner = Activate(Linear(attended, prefix + names.Inner, _settings.Inner, width), _settings.Activation);
        return Normalize(_model.Add("Add", prefix + "out", [Linear(inner, prefix + names.Outer, width, _settings.Inner), attended]), prefix + names.OuterNorm);
    }

    private void AddHead(string hidden, string words, float[] embedding)
    {
        TransformerNames names = _settings.Names;
        string head = _tensors.Head(names.Head), decoder = _tensors.Head(names.Decoder) + ".weight";
        string last = Normalize(Activate(Linear(hidden, head, _settings.Width, _settings.Width), _settings.HeadActivation), _tensors.Head(names.HeadNorm));
        string weight = words;
        if (ReadDecoder(decoder, words, embedding) is { } own)
        {
            weight = _model.AddFloats(decoder, own, _settings.Terms, _settings.Width);
        }

        string product = _model.Add("MatMul", "logits_product", [last, _model.Add("Transpose", "decoder", [weight], OnnxModel.Attribute("perm", [1, 0]))]);
        _model.Add("Add", "logits", [product, _model.AddFloats(_tensors.Head(names.Bias), ReadBias(), _settings.Terms)]);
    }

    // The decoder's own weight; null where it is the word embedding.
    private float[]? ReadDecoder(string decoder, string words, float[] embedding)
    {
        if (!_tensors.Has(decoder))
        {
            return _settings.IsTied ? null : throw new InvalidDataException($"{_model.Source} has no tensor '{decoder}', although config.json says that it is not tied to '{words}'.");
        }

        float[] own = _tensors.Read(decoder, _settings.Terms, _settings.Width);
        bool isSame = own.AsSpan().SequenceEqual(embedding);
        return isSame ? null : !_settings.IsTied ? own
            : throw new InvalidDataException($"{_model.Source} holds a '{decoder}' that differs from '{words}', although config.json ties them: set tie_word_embeddings to false to use it.");
    }

    // Files have the bias under its own name, under the decoder's, or under both.
    private float[] ReadBias()
    {
        string name = _tensors.Head(_settings.Names.Bias), other = _tensors.Head(_settings.Names.Decoder) + ".bias";
        if (!_tensors.Has(name))
        {
            return _tensors.Read(other, _settings.Terms);
        }

        float[] bias = _tensors.Read(name, _settings.Terms);
        return name == other || !_tensors.Has(other) || _tensors.Read(other, _settings.Terms).AsSpan().SequenceEqual(bias) ? bias
            : throw new InvalidDataException($"{_model.Source} holds two different biases, '{name}' and '{other}', which are one.");
    }

    // Tensors are [outputs, inputs], as PyTorch multiplies; MatMul wants them the other way.
    private string Linear(string input, string name, int outputs, int inputs)
    {
        float[] weight = _tensors.Read(name + ".weight", outputs, inputs), turned = new float[weight.Length];
        for (int row = 0; row < outputs; row++)
        {
            for (int column = 0; column < inputs; column++)
            {
                turned[(column * outputs) + row] = weight[(row * inputs) + column];
            }
        }

        string product = _model.Add("MatMul", name + "_product", [input, _model.AddFloats(name + ".weight", turned, inputs, outputs)]);
        return _model.Add("Add", name + "_sum", [product, _model.AddFloats(name + ".bias", _tensors.Read(name + ".bias", outputs), outputs)]);
    }

    private string Normalize(string input, string name) => _model.Add("LayerNormalization", name + "_normal",
        [input, _model.AddFloats(name + ".weight", _tensors.Read(name + ".weight", _settings.Width), _settings.Width),
         _model.AddFloats(name + ".bias", _tensors.Read(name + ".bias", _settings.Width), _settings.Width)],
        OnnxModel.Attribute("axis", -1), OnnxModel.Attribute("epsilon", _settings.Epsilon));

    private string Activate(string input, string activation) => activation == "relu"
        ? _model.Add("Relu", input + "_relu", [input])
        : _model.Add("Gelu", input + "_gelu", [input], OnnxModel.Attribute("approximate", activation == "gelu" ? "none" : "tanh"));
}
