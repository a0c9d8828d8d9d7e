Option Explicit

' 画像を Web 画面へ貼るための変換
Public Function 画像文字列(ByVal path As String) As String
    Dim st As Object, el As Object
    Set st = CreateObject("ADODB.Stream")
    st.Type = 1
    st.Open
    st.LoadFromFile path
    Set el = CreateObject("MSXML2.DOMDocument").createElement("b64")
    el.DataType = "bin.base64"
    el.nodeTypedValue = st.Read
    画像文字列 = Replace(el.Text, vbLf, "")
End Function
