using Microsoft.ML.OnnxRuntime;
using Sparse.Encoders.Batches;
using Sparse.Encoders.Folders;
using Sparse.Encoders.Onnx;
using Sparse.Encoders.Splade;

namespace Sparse.Encoders.Doctor;

/// <summary>What a graph does between its last product of matrices and its output: is there a maximum over places, and one logarithm?</summary>
internal static class GraphChecks
{
    // Figures of this folder: the built-in model with the fault planted, sparse index and sparse eval, 2026-11-24.
    private const string PoolingCost =
        "a text would be known by what its first token foretells, without most of its own words: the built-in model so falls from nDCG@10 .492 to .023 on Cranfield. Export the logits [batch, sequence, vocabulary]; they are pooled here";

    internal const string LogCost =
        "strong terms would lose their lead over weak ones, and half of the scale of impacts would lie idle: the built-in model so falls from nDCG@10 .492 to .480 on Cranfield";

    // A graph's own way to join places: one of these stands between the head and the output.
    private static readonly string[] Pools = ["ReduceMax", "ReduceSum", "ReduceMean", "ReduceLogSumExp", "MaxPool", "GlobalMaxPool", "TopK", "Max", "ScatterElements", "ScatterND"];

    internal static IEnumerable<ModelFinding> Examine(SpladeModel model, OnnxModel graph)
    {
        // Marks outputs in half precision as float; that is why it comes first. Token weights and pairs have no pooling to miss.
        if (GraphOutput.Find(graph, out _) != OutputKind.Terms
            || (graph.Graph.Output.FirstOrDefault(output => output.Name is "logits" or PooledGraph.Weights) ?? graph.Graph.Output[0]) is not { } output)
        {
            yield break;
        }

        (long[] shape, int tokens, float least) = Run(model, graph, output.Name);
        int rank = shape.Length, terms = model.Tokenizer.Vocabulary.Count;
        HashSet<string> tail = TailOf(graph, output.Name, out int logs);
        if (rank == 3 && model.IsPooled)
        {
            yield return new ModelFinding(ModelFaults.PoolingMissing,
                $"{ModelManifest.FileName} says that {model.Source} pools, but its output '{output.Name}' is [batch, sequence, vocabulary]", "nothing can be encoded; import the model anew");
            yield break;
        }

        if (rank == 3 && shape[1] != tokens)
        {
            yield return new ModelFinding(ModelFaults.PoolingMissing,
                $"output '{output.Name}' of {model.Source} has logits of {shape[1]} of a text's {tokens} tokens, most likely the first: there is nothing to take a maximum of", PoolingCost);
            yield break;
        }

        if (shape[^1] + model.Pooling.FirstTerm != terms && shape[^1] != terms)
        {
            yield return new ModelFinding(ModelFaults.WrongOrder,
                $"output '{output.Name}' of {model.Source} has {shape[^1]} terms, and the vocabulary {terms} pieces: one is missing or too many, and all after it stand at other ids", "nothing can be encoded; take the vocabulary file that the model was published with");
            yield break;
        }

        // Weights are never below 0; VDR's logits are pooled by themselves.
        bool isNegative = least < 0 && model.Pooling.Activation != TermActivation.Elu1p;
        if (rank == 2 && (isNegative || !Pools.Any(tail.Contains)))
        {
            yield return new ModelFinding(ModelFaults.PoolingMissing,
                $"output '{output.Name}' of {model.Source} is one row a text, but {(Pools.Any(tail.Contains) ? "" : "nothing in the graph takes a maximum or sum over the text's places after the output head: these are the logits of one token, most likely the first")}"
                + $"{(isNegative ? $"{(Pools.Any(tail.Contains) ? "" : ", and ")}it goes down to {least:0.0}, which weights never do: they are logits" : "")}", PoolingCost);
            yield break;
        }

        int own = model.Pooling.Activation switch { TermActivation.Log1pRelu => 2, TermActivation.Elu1p => 0, _ => 1 };
        int expected = rank == 2 ? own : 0;
        if (logs > expected)
        {
            yield return new ModelFinding(ModelFaults.DoubleLog, rank == 2
                ? $"the graph of {model.Source} takes {logs} logarithms of each logit, and the folder's pooling asks for {(own == 1 ? "one" : own)}"
                : $"output '{output.Name}' of {model.Source} went through {(logs == 1 ? "a logarithm" : $"{logs} logarithms")} in the graph already, and pooling takes {(own == 1 ? "one" : own)} more", LogCost);
        }
        else if (model.Pooling.Activation == TermActivation.Log1pRelu && !QueryTableCheck.HasTable(model))
        {
            yield return new ModelFinding(ModelFaults.DoubleLog,
                "the pooling asks for log(1 + log(1 + relu)) (log1p_relu), and the folder has no table of query weights: published models with this activation are inference-free and bring one. Where the model was trained with 'relu', this is one logarithm too many; where it was not, this finding is wrong", LogCost);
        }
    }

    // Shape of the output for the last of a few short texts, its tokens, and the least number of all.
    private static (long[] Shape, int Tokens, float Least) Run(SpladeModel model, OnnxModel graph, string output)
    {
        using OnnxSession session = OnnxSession.Load(graph.ToBytes(), model.Source, configure: null);
        var batch = new InputBatch();
        long[] shape = [];
        int tokens = 0;
        float least = float.PositiveInfinity;
        foreach (string text in CheckTexts.All.Take(4))
        {
            int[] ids = Array.ConvertAll(model.Tokenizer.Encode(text, Math.Min(24, model.MaxTokens)).Tokens.ToArray(), token => token.Id);
            batch.Fill([new ModelInput(ids)], new ArraySegment<int>([0]));
            using IDisposableReadOnlyCollection<OrtValue> values = session.Run(batch, [output]);
            (shape, tokens) = (values[0].GetTensorTypeAndShape().Shape, ids.Length);
            if (values[0].GetTensorTypeAndShape().ElementDataType == Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Float)
            {
                foreach (float value in values[0].GetTensorDataAsSpan<float>())
                {
                    least = Math.Min(least, value);
                }
            }
        }

        return (shape, tokens, least);
    }

    // Types of the nodes behind an output, as far as products of matrices.
    private static HashSet<string> TailOf(OnnxModel graph, string output, out int logs)
    {
        HashSet<string> types = [], seen = [];
        var open = new Queue<string>([output]);
        logs = 0;
        while (open.TryDequeue(out string? value))
        {
            if (!seen.Add(value) || !graph.TryGetProducer(value, out NodeProto? node) || node.OpType.Contains("MatMul", StringComparison.Ordinal) || node.OpType is "Gemm" or "Einsum" or "Conv")
            {
                continue;
            }

            types.Add(node.OpType);
            logs += node.OpType == "Log" ? 1 : 0;
            foreach (string input in node.Input)
            {
                open.Enqueue(input);
            }
        }

        return types;
    }
}
